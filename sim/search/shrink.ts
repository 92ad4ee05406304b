import type { RunResult } from '../types/result.ts';
import type { Fault, Operation, Scenario } from '../types/scenario.ts';
import { fewestItems } from './delta-debugging.ts';
import { failureKey } from './failure.ts';
import { simplerScenarios } from './simplify.ts';
import type { Subject } from './subject.ts';

/**
 * Makes a failing scenario as small as it gets while it breaks the same guarantee: operations and faults are taken out together, then what is
 * left is made simpler, then taken out again.
 *
 * Invariants:
 * - The result fails with the same key as the scenario that came in.
 * - Nothing but the number of runs limits it: the same scenario shrinks to the same one on every machine.
 * - What proves nothing is kept as it is: a search that was given up takes long each time, and a smaller one shows no bug.
 */
export interface Shrunk<Request> {
  readonly scenario: Scenario<Request>;
  readonly result: RunResult;
  readonly runs: number;
  /** Each of them is needed: without it, and all else as it is, the run passes or fails otherwise. The first is the one to name. */
  readonly neededFaults: readonly string[];
  /** False: the budget ended first, and it may get smaller. */
  readonly complete: boolean;
}

export const shrinkRunsDefault = 2_000;

export function shrink<Request>(
  subject: Subject<Request>,
  scenario: Scenario<Request>,
  runsMax: number = shrinkRunsDefault,
): Shrunk<Request> | undefined {
  let best = { scenario, result: subject.run(scenario) };
  const wanted = failureKey(best.result.verdict);
  if (wanted === undefined) return undefined;
  if (best.result.verdict.kind === 'unknown') return { ...best, runs: 1, neededFaults: [], complete: true };
  let runs = 1;
  const failed = new Set<string>();

  /** Undefined: the budget is spent. */
  function accept(candidate: Scenario<Request>): boolean | undefined {
    const key = JSON.stringify(candidate);
    if (failed.has(key)) return false;
    if (runs >= runsMax) return undefined;
    runs += 1;
    const result = runOrCrash(subject, candidate);
    if (result === undefined || failureKey(result.verdict) !== wanted) {
      failed.add(key);
      return false;
    }
    best = { scenario: candidate, result };
    return true;
  }

  for (;;) {
    const before = best.scenario;
    takeOut(best.scenario, accept);
    simplify(subject, () => best, accept);
    if (best.scenario === before || runs >= runsMax) break;
  }
  const complete = runs < runsMax;
  const neededFaults = best.scenario.faults
    .filter(
      (fault) =>
        failureKey(runOrCrash(subject, without(best.scenario, fault))?.verdict ?? best.result.verdict) !== wanted,
    )
    .map(({ id }) => id);
  return { ...best, runs, neededFaults, complete };
}

type Item<Request> =
  | { readonly kind: 'operation'; readonly operation: Operation<Request> }
  | { readonly kind: 'fault'; readonly fault: Fault };

function takeOut<Request>(
  scenario: Scenario<Request>,
  accept: (candidate: Scenario<Request>) => boolean | undefined,
): void {
  const items: readonly Item<Request>[] = [
    ...scenario.faults.map((fault) => ({ kind: 'fault', fault }) as const),
    ...scenario.operations.map((operation) => ({ kind: 'operation', operation }) as const),
  ];
  fewestItems(items, (kept) =>
    accept({
      ...scenario,
      faults: kept.flatMap((item) => (item.kind === 'fault' ? [item.fault] : [])),
      operations: kept.flatMap((item) => (item.kind === 'operation' ? [item.operation] : [])),
    }),
  );
}

function simplify<Request>(
  subject: Subject<Request>,
  best: () => { readonly scenario: Scenario<Request>; readonly result: RunResult },
  accept: (candidate: Scenario<Request>) => boolean | undefined,
): void {
  // After one that was taken the next candidates are those that follow it: most that failed before fail again, and the next round asks them.
  for (let simpler = true; simpler;) {
    simpler = false;
    for (let position = 0; ;) {
      const candidate = candidateAt(subject, best(), position);
      if (candidate === undefined) break;
      const taken = accept(candidate);
      if (taken === undefined) return;
      if (taken) simpler = true;
      else position += 1;
    }
  }
}

function candidateAt<Request>(
  subject: Subject<Request>,
  { scenario, result: { verdict } }: { readonly scenario: Scenario<Request>; readonly result: RunResult },
  position: number,
): Scenario<Request> | undefined {
  const failedAtMs = verdict.kind === 'ok' || verdict.kind === 'unknown' ? undefined : verdict.atMs;
  let index = 0;
  for (const candidate of simplerScenarios(scenario, failedAtMs, subject.shrinkFault?.bind(subject))) {
    if (index === position) return candidate;
    index += 1;
  }
  return undefined;
}

/** A candidate may make no sense (a list that must not be empty, a node that is gone): then it is no candidate. */
function runOrCrash<Request>(subject: Subject<Request>, scenario: Scenario<Request>): RunResult | undefined {
  try {
    return subject.run(scenario);
  } catch {
    return undefined;
  }
}

function without<Request>(scenario: Scenario<Request>, gone: Fault): Scenario<Request> {
  return { ...scenario, faults: scenario.faults.filter((fault) => fault !== gone) };
}
