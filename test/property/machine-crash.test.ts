import { describe, expect, test } from 'vitest';
import { range } from './state-requests.ts';
import { runClients } from '../support/machine-world-clients.ts';
import { judge } from '../support/machine-world-oracle.ts';
import { noFaults } from '../support/machine-world-node.ts';
import { createWorld, type World } from '../support/machine-world.ts';

/**
 * A crash after every effect: one calm run counts them, then the run is repeated with a crash after each, and every answer given before and
 * after has to be what the log says. Then the same with a second crash after each effect of the recovery.
 */
interface Way {
  readonly durability: 'object' | 'local';
  readonly keepsDisk: boolean;
}

const operations = 26;
const loadEndsMs = 1_500;
/** The load, the restart after it, and the next reign are over, as long as nothing crashes. */
const calmEndsMs = 3_300;
const recoversMs = 10_000;

function run({ durability, keepsDisk }: Way, crashAt: number, secondAfter: number): World {
  const world = createWorld({
    seed: 5,
    nodes: 1,
    durability,
    faults: noFaults,
    disturbances: [],
    healAtMs: 0,
    configuration: { checkpointSegments: 3 },
  });
  const node = world.nodes[0]!;
  runClients(world, operations, 100, loadEndsMs);
  // Restarted at the end of the load, so that there is always a recovery to look at.
  world.at(loadEndsMs, () => {
    node.crash(keepsDisk);
    node.start();
  });
  node.crashKeepsDisk = keepsDisk;
  node.crashAtEffect = crashAt;
  const crashed = () => node.effects > 0 && !node.alive;
  for (const next of [secondAfter, Infinity]) {
    if (!world.runUntil(Math.max(calmEndsMs, world.now() + calmEndsMs / 2), crashed)) break;
    node.start();
    node.crashAtEffect = node.effects + next;
  }
  node.crashAtEffect = Infinity;
  return world;
}

function verify(world: World, what: string): void {
  const node = world.nodes[0]!;
  const leads = () => node.role === 'leader';
  world.runUntil(calmEndsMs);
  expect(world.runUntil(world.now() + recoversMs, leads), what).toBe(true);
  const read = world.request(node, range('\0', '\0'));
  world.runUntil(world.now() + 400);
  expect(read.answer?.kind, what).toBe('ok');
  expect(judge(world), what).toEqual([]);
}

/** `T4_WORLD_EVERY=1` takes every second crash, not one in so many. */
const stride = Number(process.env['T4_WORLD_EVERY'] ?? 7);

describe.each([
  { durability: 'object', keepsDisk: true },
  { durability: 'object', keepsDisk: false },
  { durability: 'local', keepsDisk: true },
] satisfies readonly Way[])('$durability durability, disk kept: $keepsDisk', (way) => {
  const calm = run(way, Infinity, Infinity);
  const effects = calm.nodes[0]!.effects;

  test('the calm run does what a crash could break', () => {
    verify(calm, 'calm');
    expect(calm.ledger.get('log: checkpoint named in the manifest')).toBeGreaterThan(1);
    expect(calm.ledger.get('log: recovered')).toBe(2);
    expect(effects).toBeGreaterThan(150);
  });

  test('a crash after every effect', () => {
    for (let crashAt = 1; crashAt <= effects; crashAt++) {
      verify(run(way, crashAt, Infinity), `crash after effect ${crashAt} of ${effects}`);
    }
  });

  test('and a crash again while it recovers', { timeout: 1_000_000 }, () => {
    let cases = 0;
    for (let crashAt = 1; crashAt <= effects; crashAt += stride) {
      for (let second = 1 + (crashAt % stride); second <= 70; second += stride) {
        verify(run(way, crashAt, second), `crash after effect ${crashAt}, and ${second} effects later`);
        cases += 1;
      }
    }
    expect(cases).toBeGreaterThan(100);
  });
});
