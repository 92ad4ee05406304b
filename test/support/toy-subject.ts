import { craftedSettings } from '../../sim/oracle/testing/craft.ts';
import type { RunOptions, Subject } from '../../sim/search/subject.ts';
import type { RunResult, Verdict } from '../../sim/types/result.ts';
import type { Fault, Latency, Operation, Scenario } from '../../sim/types/scenario.ts';
import { drawOf } from '../../sim/world/random.ts';
import { afterPut } from '../../src/core/store/after-put.ts';

/**
 * A subject without a world, whose verdict is a plain function of the scenario: it fails when an operation writes `bad` while a fault of kind
 * `flip` with at least 3 as its `strength` is there. So what a search has to find, and the least that is left of it, are known.
 */
export const toyStrengthMin = 3;

const latency: Latency = { minMs: 1, typicalMs: 5, slowMs: 50, slowShare: 0.1 };

function generate(seed: number): Scenario {
  const draw = drawOf(seed, 'toy');
  const operations: Operation[] = Array.from({ length: 20 }, (_, index) => ({
    id: `operation-${index}`,
    client: 'a',
    node: draw.below(3),
    atMs: draw.below(10_000),
    action: {
      kind: 'request',
      request: { kind: 'put', key: `key-${draw.below(5)}`, value: draw.chance(0.02) ? 'bad' : 'good' },
    },
  }));
  const faults: Fault[] = Array.from({ length: 6 }, (_, index) => ({
    id: `fault-${index}`,
    kind: draw.pick(['flip', 'flop', 'flap']),
    node: draw.below(3),
    strength: draw.below(10),
  }));
  return {
    version: 1,
    name: `toy ${seed}`,
    seed,
    topology: {
      nodes: [{ startAtMs: 0 }, { startAtMs: 0 }, { startAtMs: 0 }],
      settings: craftedSettings,
    },
    knobs: {
      storeLatency: latency,
      storeTimeoutMs: 1_000,
      localLatency: latency,
      diskLatency: latency,
      networkLatency: latency,
      client: { timeoutMs: 1_000, attemptsMax: 3, pauseMs: 10 },
      supervisorMs: 0,
      endMs: 20_000,
      eventsMax: 100_000,
    },
    operations,
    faults,
  };
}

function strengthOf(fault: Fault): number {
  return typeof fault['strength'] === 'number' ? fault['strength'] : 0;
}

function verdictOf(scenario: Scenario): Verdict {
  const bad = scenario.operations.find(
    ({ action }) => action.kind === 'request' && action.request.kind === 'put' && action.request.value === 'bad',
  );
  const flip = scenario.faults.find((fault) => fault.kind === 'flip' && strengthOf(fault) >= toyStrengthMin);
  if (bad === undefined || flip === undefined || bad.atMs > scenario.knobs.endMs) return { kind: 'ok' };
  return {
    kind: 'safety',
    guarantee: 'toy',
    explanation: `${bad.id} was written while ${flip.id} was there`,
    atMs: bad.atMs,
    operations: [bad.id],
    faults: [flip.id],
    keys: [],
    revisions: [],
  };
}

function run(scenario: Scenario, options: RunOptions = {}): RunResult {
  const verdict = verdictOf(scenario);
  const lines = [...scenario.operations.map(({ id }) => id), `planted: ${afterPut(timedOut).kind}`];
  const counted = options.withoutObservers?.includes('counter') !== true;
  return {
    scenario,
    verdict,
    history: [],
    objects: new Map(),
    storeChanges: [],
    stops: [],
    trace: { hash: String(scenario.operations.length), lines: options.traceLines === true ? lines : undefined },
    counts: {
      events: scenario.operations.length,
      steps: 1,
      effects: 7,
      virtualMs: scenario.knobs.endMs,
      operations: scenario.operations.length,
      calls: scenario.operations.length,
      storeCalls: 0,
      callsByKind: {},
      faultsFired: {},
      firedIds: [],
      effectsOf: scenario.topology.nodes.map(() => (hasCrash(scenario) ? [3, 4] : [5])),
      ledger: { toy: counted ? scenario.operations.length : 0 },
    },
  };
}

const timedOut = { kind: 'unknown', problem: { code: 'timeout', message: '', permanent: false } } as const;

function hasCrash(scenario: Scenario): boolean {
  return scenario.faults.some(({ kind }) => kind === 'crash-after-effect');
}

export const subject: Subject = {
  name: 'toy',
  generate,
  run,
  shrinkFault: (fault) => (strengthOf(fault) === 0 ? [] : [{ ...fault, strength: strengthOf(fault) - 1 }]),
  faultKinds: [],
};
