import { describe, expect, test } from 'vitest';
import { createNodeDigest } from '../src/adapters/node-digest.ts';
import { generateScenario, type GenerateOptions } from './generate.ts';
import { simulate } from './simulate.ts';
import { coreSystem } from './system/core-system.ts';
import type { HistoryEvent } from './types/history.ts';
import type { RunResult } from './types/result.ts';
import type { Scenario } from './types/scenario.ts';

const digest = createNodeDigest();

function run(scenario: Scenario, record = false): RunResult {
  return simulate(scenario, { system: coreSystem, digest, record });
}

function eventsOf<Kind extends HistoryEvent['kind']>({ history }: RunResult, kind: Kind) {
  return history.filter((event): event is Extract<HistoryEvent, { readonly kind: Kind }> => event.kind === kind);
}

/** The last calls of the probe: liveness. */
function converged(result: RunResult): boolean {
  const calls = eventsOf(result, 'invoke').filter(({ operation }) => operation === 'probe');
  const reads = new Set(calls.filter(({ request }) => request.kind === 'range').map(({ call }) => call));
  return eventsOf(result, 'return').some(({ call, outcome }) => reads.has(call) && outcome.kind === 'ok');
}

describe('determinism', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('seed %i: twice the same, also after a way through JSON', (seed) => {
    const scenario = generateScenario(seed, { operations: 40, activeMs: 8_000 });
    const again = JSON.parse(JSON.stringify(generateScenario(seed, { operations: 40, activeMs: 8_000 }))) as Scenario;
    expect(again).toEqual(scenario);
    const first = run(scenario);
    const second = run(again);
    expect(second.trace.hash).toBe(first.trace.hash);
    expect(second.history).toEqual(first.history);
    expect(second.counts).toEqual(first.counts);
  });

  test('looking on, and keeping lines, changes nothing', () => {
    const scenario = generateScenario(11, { operations: 60, activeMs: 8_000, swarm: false });
    let seen = 0;
    const looked = simulate(scenario, {
      system: coreSystem,
      digest,
      record: true,
      observers: [
        () => ({ name: 'counts', history: () => void (seen += 1), effect: () => undefined, store: () => undefined }),
      ],
    });
    expect(looked.trace.hash).toBe(run(scenario).trace.hash);
    expect(seen).toBe(looked.history.length);
    expect(looked.trace.lines!.length).toBeGreaterThan(1_000);
  });

  test('another seed, or one operation more, is another run', () => {
    const scenario = generateScenario(12, { operations: 40, activeMs: 8_000, faults: [] });
    const { hash } = run(scenario).trace;
    expect(run({ ...scenario, seed: 13 }).trace.hash).not.toBe(hash);
    expect(run({ ...scenario, operations: scenario.operations.slice(1) }).trace.hash).not.toBe(hash);
  });
});

describe('stable addresses', () => {
  test('whatever traffic and however many nodes: the same faults for the same seed', () => {
    const options: GenerateOptions = { nodes: 3, durability: 'object', activeMs: 20_000, swarm: false };
    const { faults } = generateScenario(21, { ...options, workloads: ['key-value'] });
    expect(faults.length).toBeGreaterThan(60);
    expect(generateScenario(21, { ...options, workloads: ['kubernetes', 'watchers'] }).faults).toEqual(faults);
    const some = generateScenario(21, { ...options, faults: ['crash', 'network-cut'] }).faults;
    expect(some.length).toBeGreaterThan(1);
    expect(some).toEqual(faults.filter(({ kind }) => kind === 'crash' || kind === 'network-cut'));
  });

  test('an operation that changed nothing is removed: every other decision stays, to the microsecond', () => {
    const kinds = ['crash', 'store-answer-lost', 'store-applied-late', 'network-delay', 'process-pause', 'power-loss'];
    const scenario = generateScenario(22, {
      nodes: 3,
      operations: 60,
      activeMs: 15_000,
      faults: kinds,
      workloads: ['key-value', 'compare-and-swap'],
      // A read that has to load a value makes the next one of that value come sooner.
      settings: { valueCacheBytes: 268_435_456 },
      swarm: false,
    });
    const reads = scenario.operations.filter(
      ({ action }) => action.kind === 'request' && action.request.kind === 'range',
    );
    expect(reads.length).toBeGreaterThan(5);
    const whole = run(scenario, true);
    expect(whole.counts.firedIds.length).toBeGreaterThan(8);
    for (const { id } of reads.slice(0, 5)) {
      const less = run(
        { ...scenario, operations: scenario.operations.filter((operation) => operation.id !== id) },
        true,
      );
      expect(storeLines(less)).toEqual(storeLines(whole));
      expect(faultsOf(less)).toEqual(faultsOf(whole));
      expect(returnsBut(less, id)).toEqual(returnsBut(whole, id));
    }
  });

  test('one fault is removed: those that did not meet it stay as they are', () => {
    const scenario = generateScenario(23, {
      nodes: 2,
      operations: 60,
      activeMs: 15_000,
      faults: ['clock-offset', 'disk-slow'],
      swarm: false,
    });
    const [first] = scenario.faults;
    expect(first).toBeDefined();
    const whole = run(scenario);
    const less = run({ ...scenario, faults: scenario.faults.slice(1) });
    expect(less.counts.firedIds).toEqual(whole.counts.firedIds.filter((id) => id !== first!.id));
  });

  function faultsOf(result: RunResult) {
    return eventsOf(result, 'fault').map(({ atMs, fault }) => [atMs, fault]);
  }

  function storeLines({ trace }: RunResult): readonly string[] {
    return trace.lines!.filter((line) => line.includes(' store node-'));
  }

  function returnsBut(result: RunResult, operation: string) {
    return eventsOf(result, 'return').filter(({ call }) => !call.startsWith(`${operation}#`));
  }
});

describe('a world without faults', () => {
  test.each([
    [1, 'object'],
    [1, 'local'],
    [2, 'object'],
    [3, 'object'],
    [3, 'local'],
    [5, 'object'],
  ] as const)('%i nodes, durability %s: all goes well', (nodes, durability) => {
    const scenario = generateScenario(31 + nodes, {
      nodes,
      durability,
      operations: 100,
      activeMs: 10_000,
      faults: [],
      // The database has no leader meanwhile.
      rollbacks: false,
      swarm: false,
    });
    const result = run(scenario);
    expect(result.verdict).toEqual({ kind: 'ok' });
    expect(result.stops).toEqual([]);
    expect(eventsOf(result, 'fault')).toEqual([]);
    const outcomes = eventsOf(result, 'return').map(({ outcome }) => outcome.kind);
    expect(outcomes).not.toContain('unknown');
    expect(outcomes.filter((kind) => kind === 'ok').length).toBeGreaterThan(200);
    expect(result.objects.has('control')).toBe(true);
    expect(converged(result)).toBe(true);
  });

  test('whoever is killed is succeeded, once his lease is over', () => {
    const scenario = generateScenario(41, {
      nodes: 2,
      durability: 'object',
      operations: 60,
      activeMs: 30_000,
      faults: [],
      swarm: false,
    });
    const fault = { id: 'kill', kind: 'crash', node: 0, atMs: 5_000, restartMs: 0 };
    const result = run({
      ...scenario,
      faults: [fault],
      knobs: { ...scenario.knobs, heal: { atMs: 30_000, nodes: [1] } },
    });
    const led = eventsOf(result, 'node-role').filter(({ role }) => role === 'leader');
    expect(led.map(({ node }) => node)).toEqual([0, 1]);
    expect(led[1]!.atMs - 5_000).toBeGreaterThanOrEqual(scenario.topology.settings.leaseMs);
    expect(converged(result)).toBe(true);
  });
});

test('forty seeds with whatever befalls them: no crash of the core, and it converges once healed', () => {
  for (let seed = 100; seed < 140; seed++) {
    const result = run(generateScenario(seed, { operations: 40 }));
    expect(result.verdict, `seed ${seed}`).toEqual({ kind: 'ok' });
    expect(converged(result), `seed ${seed}`).toBe(true);
  }
});

test('a spent budget is no success', () => {
  const scenario = generateScenario(51, { operations: 40, faults: [] });
  const verdict = run({ ...scenario, knobs: { ...scenario.knobs, eventsMax: 100 } }).verdict;
  expect(verdict.kind).toBe('unknown');
});

test('speed, printed: by the time of the processor, which others may keep busy', () => {
  const scenario = speedScenario();
  run(scenario);
  const before = process.cpuUsage();
  const { counts, verdict } = run(scenario);
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1_000_000;
  console.log(
    `simulator: ${Math.round(counts.events / seconds)} events, ${Math.round(counts.steps / seconds)} steps and ` +
      `${Math.round(counts.virtualMs / 1_000 / seconds)} simulated seconds a second of processor time`,
  );
  expect(verdict.kind).toBe('ok');
  expect(counts.events).toBeGreaterThan(20_000);
});

function speedScenario(): Scenario {
  return generateScenario(61, {
    nodes: 3,
    durability: 'object',
    operations: 1_000,
    activeMs: 60_000,
    faults: [],
    workloads: ['key-value', 'compare-and-swap', 'kubernetes', 'watchers', 'lease-holders'],
    settings: { checkpointSegments: 2_000, logInflightMax: 4 },
    swarm: false,
  });
}
