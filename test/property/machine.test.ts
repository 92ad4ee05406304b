import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Request } from '../../src/core/types/request.ts';
import { range, put } from './state-requests.ts';
import { runClients } from '../support/machine-world-clients.ts';
import { judge, readFinalLog } from '../support/machine-world-oracle.ts';
import { noFaults, type WorldFaults } from '../support/machine-world-node.ts';
import { createWorld, type Disturbance, type World, type WorldScenario } from '../support/machine-world.ts';
import { createWorldDisk } from '../support/machine-world-disk.ts';
import type { WorldObjects } from '../support/machine-world-store.ts';

/**
 * Whole machines on one object store, with everything that may go wrong: whatever happens, what was acknowledged is in the log, and every
 * answer is what the log says at its revision. `T4_WORLD_RUNS` asks for more runs than the usual few.
 */
const runs = Number(process.env['T4_WORLD_RUNS'] ?? 60);
const firstSeed = Number(process.env['T4_WORLD_SEED'] ?? 1);

interface Story extends WorldScenario {
  readonly operations: number;
}

const rate = fc.constantFrom(0, 0, 0, 0.02, 0.1, 0.3);
const rareRate = fc.constantFrom(0, 0, 0, 0, 0.003);
const faults: fc.Arbitrary<WorldFaults> = fc.record({
  putLost: rate,
  putAppliedUnknown: rate,
  putAppliedLate: rate,
  putAppliedThenConditionFailed: rate,
  putConflict: rate,
  putRefused: rate,
  putSlow: rate,
  wrongEtag: rate,
  getFailed: rate,
  getTruncated: rate,
  getCorrupt: rate,
  getSlow: rate,
  listFailed: rate,
  localWriteFailed: rareRate,
  appendFailed: rareRate,
});

const healAtMs = 15_000;
const settlesMs = 8_000;

const disturbance: fc.Arbitrary<Disturbance> = fc.record({
  atMs: fc.integer({ min: 0, max: healAtMs - 3_000 }),
  node: fc.integer({ min: 0, max: 2 }),
  kind: fc.constantFrom('crash', 'crash', 'wipe', 'pause', 'suspend', 'step-wall', 'stop'),
  forMs: fc.integer({ min: 0, max: 3_000 }),
});

const story: fc.Arbitrary<Story> = fc.record({
  seed: fc.integer(),
  nodes: fc.integer({ min: 1, max: 3 }),
  durability: fc.constantFrom('object', 'object', 'local'),
  faults: fc.oneof(fc.constant(noFaults), faults, faults),
  disturbances: fc.array(disturbance, { maxLength: 8 }),
  healAtMs: fc.constant(healAtMs),
  operations: fc.integer({ min: 1, max: 220 }),
});

const total = new Map<string, number>();

function tell({ operations, ...scenario }: Story): { readonly world: World; readonly violations: readonly string[] } {
  const world = createWorld(scenario);
  runClients(world, operations, 200, scenario.healAtMs - 500);
  world.runUntil(scenario.healAtMs);
  for (const node of world.nodes) if (!node.alive) node.start();
  const violations: string[] = [];
  // Healed, and with what was slow before over, it works again: somebody leads, writes and reads, and everything is said.
  world.runUntil(scenario.healAtMs + settlesMs);
  world.runUntil(world.now() + settlesMs, () => world.leader() !== undefined);
  const leader = world.leader();
  if (leader === undefined) violations.push('nobody leads');
  else {
    const last = world.request(leader, put('last', 'word'));
    world.runUntil(world.now() + settlesMs, () => last.answer !== undefined);
    const read = world.request(leader, range('last'));
    world.runUntil(world.now() + settlesMs);
    if (last.answer?.kind !== 'ok' || read.seen[0]?.value !== 'word') violations.push('the last write is not served');
  }
  for (const [what, times] of world.ledger) total.set(what, (total.get(what) ?? 0) + times);
  const { deadSegments, segments } = readFinalLog(world.store);
  total.set('dead segment', (total.get('dead segment') ?? 0) + deadSegments);
  total.set('segment', (total.get('segment') ?? 0) + segments);
  return { world, violations: [...violations, ...judge(world)] };
}

describe('machines in a world with faults', () => {
  test('every answer is what the log says', { timeout: 10_000_000 }, () => {
    fc.assert(
      fc.property(story, (told) => {
        const { violations, world } = tell(told);
        if (violations.length > 0 && process.env['T4_WORLD_STORY'] !== undefined) {
          console.log(world.logLines.join('\n'));
        }
        expect(violations.slice(0, 8)).toEqual([]);
      }),
      { numRuns: runs, seed: firstSeed, endOnFailure: process.env['T4_WORLD_QUICK'] !== undefined },
    );
    if (process.env['T4_WORLD_LEDGER'] !== undefined)
      console.log(
        [...total]
          .sort(([left], [right]) => (left < right ? -1 : 1))
          .map(([k, v]) => `${v} ${k}`)
          .join('\n'),
      );
  });

  test('the same story is the same to the byte', () => {
    const [told] = fc.sample(story, { numRuns: 1, seed: 7 });
    const first = tell(told!).world;
    const second = tell(told!).world;
    expect(second.logLines).toEqual(first.logLines);
    expect([...second.store.objects]).toEqual([...first.store.objects]);
  });
});

describe('a story for each that was found', () => {
  const calm: WorldScenario = {
    seed: 1,
    nodes: 1,
    durability: 'object',
    faults: noFaults,
    disturbances: [],
    healAtMs: 0,
  };

  function leading(scenario: WorldScenario, store?: WorldObjects): World {
    const world = createWorld(scenario, store);
    expect(world.runUntil(20_000, () => world.leader() !== undefined)).toBe(true);
    return world;
  }

  function ask(world: World, request: Request) {
    const entry = world.request(world.leader()!, request);
    world.runUntil(world.now() + 20_000, () => entry.answer !== undefined);
    expect(entry.answer?.kind).toBe('ok');
    return entry;
  }

  function restart(world: World): void {
    const [node] = world.nodes;
    node!.crash(true);
    node!.start();
    expect(world.runUntil(world.now() + 20_000, () => world.leader() !== undefined)).toBe(true);
  }

  test('a node that comes while another makes the database and leads it stands by', () => {
    const world = leading({ ...calm, nodes: 2, slowCalls: { 'n2/get/manifest/1': 1_000, 'n1/get/manifest/1': 0 } });
    world.runUntil(5_000);
    expect(world.failures).toEqual([]);
    expect(world.ledger.get('log: database created')).toBe(1);
  });

  test('a compaction that is only on disk makes nothing obsolete in the local store yet', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const world = leading({ ...calm, seed, durability: 'local', configuration: { uploadIntervalMs: 3_000 } });
      ask(world, put('k', 'first'));
      world.runUntil(world.now() + 4_000);
      ask(world, put('k', 'second'));
      ask(world, { kind: 'compact', revision: 3, physical: false });
      world.runUntil(world.now() + 300);
      restart(world);
      expect(ask(world, range('k')).seen).toMatchObject([{ value: 'second', create: 2, version: 2 }]);
      world.runUntil(world.now() + 5_000);
      expect(judge(world)).toEqual([]);
    }
  });

  test('the time of frames does not go back under a clock that was set back', () => {
    for (let seed = 1; seed <= 4; seed++) {
      const world = leading({ ...calm, seed, configuration: { checkpointSegments: 3 } });
      const node = world.nodes[0]!;
      ask(world, put('k', 'before'));
      world.runUntil(world.now() + 100);
      node.stepWall(-60_000);
      // First from the local state, then from a checkpoint that was taken after the clock was set back.
      restart(world);
      for (const value of ['a', 'b', 'c']) ask(world, put('k', value));
      world.runUntil(world.now() + 1_000);
      node.stepWall(-60_000);
      node.disk = createWorldDisk();
      restart(world);
      expect(world.ledger.get('log: loading keys of the checkpoint')).toBe(1);
      ask(world, put('k', 'after'));
      world.runUntil(world.now() + 5_000);
      expect(judge(world)).toEqual([]);
    }
  });

  test('a torn local log that was cleared away does not come back to stop the node', () => {
    let torn = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const world = leading({ ...calm, seed, durability: 'local', configuration: { uploadIntervalMs: 3_000 } });
      ask(world, put('k', 'kept'));
      world.request(world.leader()!, put('k', 'torn'));
      world.runUntil(world.now() + 1);
      restart(world);
      torn += world.ledger.get('log: the local log ends in a torn frame, which was never acknowledged') ?? 0;
      ask(world, put('k', 'again'));
      restart(world);
      ask(world, put('k', 'last'));
      world.runUntil(world.now() + 8_000);
      expect(judge(world)).toEqual([]);
    }
    expect(torn).toBeGreaterThan(5);
  });

  test('what a lost disk alone held is kept aside when the disk comes back, although the log is longer now', () => {
    const first: WorldScenario = {
      ...calm,
      durability: 'local',
      nodes: 1,
      configuration: { uploadIntervalMs: 60_000 },
    };
    const world = leading(first);
    for (const value of ['one', 'two', 'three']) ask(world, put('k', value));
    const [node] = world.nodes;
    node!.crash(true);
    const lost = node!.disk;
    const bytesLost = [...lost.files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    expect(bytesLost).toBeGreaterThan(0);

    const elsewhere = leading({ ...calm, configuration: { memberId: 77n, acceptLocalLoss: true } }, world.store);
    for (const value of ['other', 'others', 'more', 'most', 'last']) ask(elsewhere, put('k', value));
    elsewhere.runUntil(elsewhere.now() + 100);

    const back = createWorld(calm, world.store);
    back.nodes[0]!.disk = lost;
    expect(back.runUntil(20_000, () => back.leader() !== undefined)).toBe(true);
    expect(ask(back, range('k')).seen).toMatchObject([{ value: 'last' }]);
    expect([...lost.aside.values()].reduce((sum, bytes) => sum + bytes.length, 0)).toBe(bytesLost);
    expect(back.ledger.get('log: local log set aside: its records are not part of this database')).toBe(1);
  });

  test('a damaged local store ends the reign, not the node, and is rebuilt; told to a standby it is kept in mind', () => {
    const world = leading({ ...calm, nodes: 2 });
    ask(world, put('k', 'kept'));
    const leader = world.leader()!;
    const standby = world.nodes.find((node) => node !== leader)!;
    world.runUntil(world.now() + 1_000);
    standby.send({ kind: 'local-damaged', reason: 'told to the standby' });
    leader.send({ kind: 'local-damaged', reason: 'told to the leader' });
    expect(leader.role).not.toBe('leader');
    expect(world.runUntil(world.now() + 20_000, () => world.leader() !== undefined)).toBe(true);
    expect(ask(world, range('k')).seen).toMatchObject([{ value: 'kept' }]);
    leader.crash(true);
    expect(world.runUntil(world.now() + 20_000, () => standby.role === 'leader')).toBe(true);
    expect(ask(world, range('k')).seen).toMatchObject([{ value: 'kept' }]);
    expect(world.failures).toEqual([]);
  });

  test('a checkpoint is not given up for what the wire did to a reading', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const faults: WorldFaults = { ...noFaults, putAppliedThenConditionFailed: 0.5, getCorrupt: 0.5 };
      const world = leading({ ...calm, seed, faults, healAtMs: 10_000, configuration: { checkpointSegments: 2 } });
      runClients(world, 60, world.now(), 9_000);
      world.runUntil(14_000);
      expect(world.ledger.get('log: checkpoint named in the manifest')).toBeGreaterThan(3);
      expect(world.ledger.get('log: checkpoint given up')).toBeUndefined();
      expect(judge(world)).toEqual([]);
    }
  });

  test.each([false, true])(
    'a leader that was stopped past its lease serves nothing old (suspended: %s)',
    (suspended) => {
      const world = leading({ ...calm, nodes: 2 });
      ask(world, put('k', 'old'));
      const first = world.leader()!;
      const second = world.nodes.find((node) => node !== first)!;
      world.runUntil(world.now() + 500);
      first.pause(6_000, suspended);
      expect(world.runUntil(world.now() + 5_000, () => second.role === 'leader')).toBe(true);
      const written = world.request(second, put('k', 'new'));
      world.runUntil(world.now() + 500);
      expect(written.answer?.kind).toBe('ok');
      const read = world.request(first, range('k'));
      const late = world.request(first, put('k', 'late'));
      world.runUntil(world.now() + 8_000);
      expect(read.answer?.kind).toBe('error');
      expect(late.answer?.kind).toBe('error');
      expect(first.role).toBe('standby');
      expect(judge(world)).toEqual([]);
    },
  );
});
