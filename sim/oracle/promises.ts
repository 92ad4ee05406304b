import { faultKindOf } from '../faults/index.ts';
import type { Promised } from '../faults/fault-kind.ts';
import type { Guarantee } from './violation.ts';
import type { RunResult } from '../types/result.ts';
import type { Scenario } from '../types/scenario.ts';

/** What is owed under all faults of a scenario: the least of what is owed under each. */
export function promisedUnder(scenario: Scenario): Promised {
  const promised = scenario.faults.map((fault) => faultKindOf(fault.kind).promise(fault, scenario));
  if (promised.includes('beyond')) return 'beyond';
  return promised.includes('detected') ? 'detected' : 'masked';
}

/** What may still be claimed under them; undefined: everything. */
export function keptUnder(scenario: Scenario): ReadonlySet<string> | undefined {
  const beyond = scenario.faults
    .map((fault) => ({ fault, kind: faultKindOf(fault.kind) }))
    .filter(({ fault, kind }) => kind.promise(fault, scenario) === 'beyond');
  const [first, ...others] = beyond.map(({ kind }): readonly Guarantee[] => kind.keeps ?? []);
  if (first === undefined) return undefined;
  return new Set(first.filter((guarantee) => others.every((keeps) => keeps.includes(guarantee))));
}

/** From when on nothing befalls those nodes any more; undefined: never. */
export function quietFrom(
  scenario: Scenario,
): { readonly atMs: number; readonly nodes: ReadonlySet<number> } | undefined {
  const { heal } = scenario.knobs;
  if (heal !== undefined) return { atMs: heal.atMs, nodes: new Set(heal.nodes) };
  if (scenario.faults.length > 0) return undefined;
  const startedMs = Math.max(...scenario.topology.nodes.map(({ startAtMs }) => startAtMs));
  return { atMs: startedMs, nodes: new Set(scenario.topology.nodes.keys()) };
}

/** A rollback was under way after that time: the database may have no leader meanwhile. */
export function isRestoredLate({ history }: Pick<RunResult, 'history'>, atMs: number): boolean {
  const open = new Set<string>();
  for (const event of history) {
    if (event.kind === 'restore-start') open.add(event.operation);
    if (event.kind === 'restore-end' && event.atMs < atMs) open.delete(event.operation);
  }
  return open.size > 0;
}

/** Within it a quiet part has a leader that serves: the old lease runs out on a slow clock, then one recovery. */
export function convergenceMs(scenario: Scenario): number {
  const { leaseMs } = scenario.topology.settings;
  const { storeTimeoutMs, supervisorMs } = scenario.knobs;
  return 1.5 * leaseMs + 1_000 + 2 * storeTimeoutMs + supervisorMs;
}
