import { describe, expect, test } from 'vitest';
import { noFaults } from '../support/machine-world-node.ts';
import { judge } from '../support/machine-world-oracle.ts';
import { createWorld, type World, type WorldScenario } from '../support/machine-world.ts';
import type { Request } from '../../src/core/types/request.ts';
import { put, range } from './state-requests.ts';

/** Whole machines: what they do beside each other, and by themselves. */

const calm: WorldScenario = {
  seed: 1,
  nodes: 1,
  durability: 'object',
  faults: noFaults,
  disturbances: [],
  healAtMs: 0,
};

function leading(scenario: Partial<WorldScenario> = {}): World {
  const world = createWorld({ ...calm, ...scenario });
  expect(world.runUntil(20_000, () => world.leader() !== undefined)).toBe(true);
  return world;
}

function ask(world: World, request: Request, node = world.leader()!) {
  const entry = world.request(node, request);
  world.runUntil(world.now() + 20_000, () => entry.answer !== undefined);
  return entry.answer!;
}

describe('a leader that compacts by itself', () => {
  test('compacts what is older than the period, and a reader of it is told', () => {
    const world = leading({ configuration: { autoCompaction: { kind: 'periodic', retentionMs: 2_000 } } });
    for (const value of ['1', '2', '3']) ask(world, put('key', value));
    const startedMs = world.now();
    world.runUntil(startedMs + 1_500);
    expect(ask(world, { ...range('key'), revision: 2 }).kind).toBe('ok');
    world.runUntil(startedMs + 6_000);
    expect(ask(world, { ...range('key'), revision: 2 })).toMatchObject({
      kind: 'error',
      error: { message: 'etcdserver: mvcc: required revision has been compacted' },
    });
    expect(ask(world, range('key')).kind).toBe('ok');
    expect(judge(world)).toEqual([]);
  });

  test('told nothing, it compacts nothing', () => {
    const world = leading();
    for (const value of ['1', '2', '3']) ask(world, put('key', value));
    world.runUntil(world.now() + 60_000);
    expect(ask(world, { ...range('key'), revision: 2 }).kind).toBe('ok');
  });
});
