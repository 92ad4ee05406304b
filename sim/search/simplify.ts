import type { Fault, Json, Latency, Operation, Scenario } from '../types/scenario.ts';
import { simplerActions } from './simpler-actions.ts';

/**
 * Simpler forms of a scenario with the same operations and faults: earlier ends, fewer nodes, even latencies, shorter times, smaller numbers,
 * shorter lists. Each candidate changes one thing. The caller keeps those that still fail in the same way and asks again.
 */
export function* simplerScenarios<Request>(
  scenario: Scenario<Request>,
  failedAtMs: number | undefined,
  shrinkFault: ((fault: Fault) => readonly Fault[]) | undefined,
): Generator<Scenario<Request>> {
  yield* earlierEnds(scenario, failedAtMs);
  yield* fewerNodes(scenario);
  yield* evenLatencies(scenario);
  yield* simplerOperations(scenario);
  yield* simplerFaults(scenario, shrinkFault);
}

function* earlierEnds<Request>(
  scenario: Scenario<Request>,
  failedAtMs: number | undefined,
): Generator<Scenario<Request>> {
  const { knobs } = scenario;
  if (knobs.heal !== undefined) {
    const { heal, ...others } = knobs;
    yield { ...scenario, knobs: others };
    if (heal.atMs > 1_000) {
      const lessMs = Math.floor(heal.atMs / 2);
      yield {
        ...scenario,
        knobs: { ...knobs, heal: { ...heal, atMs: heal.atMs - lessMs }, endMs: knobs.endMs - lessMs },
      };
    }
    return;
  }
  if (failedAtMs !== undefined && Math.ceil(failedAtMs) + 1 < knobs.endMs) {
    yield { ...scenario, knobs: { ...knobs, endMs: Math.ceil(failedAtMs) + 1 } };
  }
  if (knobs.endMs > 1_000) yield { ...scenario, knobs: { ...knobs, endMs: Math.floor(knobs.endMs / 2) } };
}

/** All nodes from the start; then one less: whatever concerned it concerns the first one, or is gone with it when it cannot. */
function* fewerNodes<Request>(scenario: Scenario<Request>): Generator<Scenario<Request>> {
  const { nodes } = scenario.topology;
  if (nodes.some(({ startAtMs }) => startAtMs > 0)) {
    yield { ...scenario, topology: { ...scenario.topology, nodes: nodes.map(() => ({ startAtMs: 0 })) } };
  }
  if (nodes.length <= 1) return;
  for (let gone = nodes.length - 1; gone >= 0; gone--) {
    const rename = (node: number): number => (node === gone ? 0 : node > gone ? node - 1 : node);
    const { heal } = scenario.knobs;
    yield {
      ...scenario,
      topology: { ...scenario.topology, nodes: nodes.filter((_, node) => node !== gone) },
      knobs:
        heal === undefined
          ? scenario.knobs
          : { ...scenario.knobs, heal: { ...heal, nodes: [...new Set(heal.nodes.map(rename))] } },
      operations: scenario.operations.map((operation) => ({ ...operation, node: rename(operation.node) })),
      faults: scenario.faults
        .filter((fault) => fault.node !== gone)
        .map((fault) => (fault.node === undefined ? fault : { ...fault, node: rename(fault.node) })),
    };
  }
}

const latencyNames = ['storeLatency', 'localLatency', 'diskLatency', 'networkLatency'] as const;

function* evenLatencies<Request>(scenario: Scenario<Request>): Generator<Scenario<Request>> {
  const { knobs } = scenario;
  for (const name of latencyNames) {
    const latency = knobs[name];
    if (latency.slowShare === 0 && latency.minMs === latency.typicalMs) continue;
    const even: Latency = { minMs: latency.minMs, typicalMs: latency.minMs, slowMs: latency.minMs, slowShare: 0 };
    yield { ...scenario, knobs: { ...knobs, [name]: even } };
  }
}

function* simplerOperations<Request>(scenario: Scenario<Request>): Generator<Scenario<Request>> {
  const { operations } = scenario;
  const withOperation = (index: number, operation: Operation<Request>): Scenario<Request> => ({
    ...scenario,
    operations: operations.map((other, at) => (at === index ? operation : other)),
  });
  for (const [index, operation] of operations.entries()) {
    if (operation.node !== 0) yield withOperation(index, { ...operation, node: 0 });
    for (const atMs of rounder(operation.atMs)) yield withOperation(index, { ...operation, atMs });
    for (const action of simplerActions(operation)) yield withOperation(index, { ...operation, action });
    for (const action of simplerJson(operation.action as unknown as Json)) {
      yield withOperation(index, { ...operation, action: action as unknown as Operation<Request>['action'] });
    }
  }
}

function* simplerFaults<Request>(
  scenario: Scenario<Request>,
  shrinkFault: ((fault: Fault) => readonly Fault[]) | undefined,
): Generator<Scenario<Request>> {
  const { faults } = scenario;
  for (const [index, fault] of faults.entries()) {
    for (const simpler of shrinkFault?.(fault) ?? []) {
      yield { ...scenario, faults: faults.map((other, at) => (at === index ? simpler : other)) };
    }
  }
}

/** By then a database that nothing disturbs serves: who asks earlier is refused, and asks again. */
const servingMs = 1_000;

/** Earlier and rounder times: a story of whole seconds reads better. */
function* rounder(ms: number): Generator<number> {
  if (ms < servingMs) yield servingMs;
  const seconds = Math.max(servingMs, Math.floor(ms / 2_000) * 1_000);
  if (seconds < ms) yield seconds;
  for (const step of [1_000, 100, 10, 1]) {
    const rounded = Math.floor(ms / step) * step;
    if (rounded !== ms) yield rounded;
  }
}

/** One number made smaller, one flag taken down, or one element of a list left out, anywhere inside. Texts stay: a value names its writer. */
function* simplerJson(value: Json): Generator<Json> {
  if (typeof value === 'number') {
    if (value !== 0) yield 0;
    const half = Math.trunc(value / 2);
    if (half !== 0) yield half;
    return;
  }
  if (value === true) yield false;
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    for (const index of list.keys()) yield list.filter((_, at) => at !== index);
    for (const [index, element] of list.entries()) {
      for (const simpler of simplerJson(element)) yield list.map((other, at) => (at === index ? simpler : other));
    }
    return;
  }
  const record = value as { readonly [name: string]: Json };
  for (const [name, field] of Object.entries(record)) {
    for (const simpler of simplerJson(field)) yield { ...record, [name]: simpler };
  }
}
