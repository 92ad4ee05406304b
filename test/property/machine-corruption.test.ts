import { describe, expect, test } from 'vitest';
import { authInitial } from '../../src/core/auth/auth-state.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/core/format/checkpoint.ts';
import { localWritesOfVersion } from '../../src/core/format/local-layout.ts';
import { decodeManifest, encodeManifest } from '../../src/core/format/manifest.ts';
import { decodePage } from '../../src/core/format/page.ts';
import { checkpointKey, slotKey } from '../../src/core/format/keys.ts';
import type { Checkpoint } from '../../src/core/types/log.ts';
import { byteStringOf } from '../../src/core/types/bytes.ts';
import type { Request } from '../../src/core/types/request.ts';
import type { RangeResponse, StatusResponse } from '../../src/core/types/response.ts';
import { createWorldDisk } from '../support/machine-world-disk.ts';
import { noFaults, worldDigest } from '../support/machine-world-node.ts';
import { createWorld, type World, type WorldScenario } from '../support/machine-world.ts';
import { deleteRange, put, range } from './state-requests.ts';

/** Whole machines: a leader that holds what it serves against the object store. */

const checkMs = 1_000;
const corruptWords = 'etcdserver: corrupt cluster';

function leading(configuration: WorldScenario['configuration'] = {}, slowCalls: Record<string, number> = {}): World {
  const world = createWorld({
    seed: 1,
    nodes: 1,
    durability: 'object',
    faults: noFaults,
    disturbances: [],
    healAtMs: 0,
    slowCalls,
    configuration: { corruptCheckMs: checkMs, checkpointIntervalMs: 0, collectIntervalMs: 0, ...configuration },
  });
  lead(world);
  return world;
}

function lead(world: World): void {
  expect(world.runUntil(world.now() + 30_000, () => world.leader() !== undefined)).toBe(true);
}

function ask(world: World, request: Request): unknown {
  const entry = world.request(world.leader()!, request);
  expect(world.runUntil(world.now() + 60_000, () => entry.answer !== undefined)).toBe(true);
  const answer = entry.answer!;
  return answer.kind === 'ok' ? answer.response : answer.error.message;
}

function status(world: World): StatusResponse {
  return ask(world, { kind: 'status' }) as StatusResponse;
}

function checks(world: World): number {
  return status(world).checked?.checks ?? 0;
}

function nextCheck(world: World): StatusResponse {
  const before = checks(world);
  // The one that may be under way began before.
  while (checks(world) < before + 2) world.runUntil(world.now() + checkMs / 4);
  return status(world);
}

const alarmOn = [{ memberId: 1n, alarm: 'corrupt' }];
const disarm: Request = { kind: 'alarm', action: 'deactivate', alarm: 'corrupt', memberId: 1n };

/** Keys of several chunks, compacted in part, with leases, users and an alarm; behind a checkpoint and after it. */
function fill(world: World): void {
  ask(world, { kind: 'lease-grant', id: 7n, ttlSeconds: 5_000 });
  ask(world, { kind: 'auth-role-add', name: 'keeper' });
  for (let turn = 0; turn < 3; turn++) {
    for (let key = 0; key < 12; key++)
      ask(world, put(`k${key}`, `${turn} `.repeat(20), { lease: key === 3 ? 7n : 0n }));
  }
  ask(world, deleteRange('k5'));
  ask(world, { kind: 'compact', revision: 20, physical: true });
  ask(world, { kind: 'checkpoint' });
  ask(world, put('after', 'the checkpoint'));
  ask(world, { kind: 'lease-grant', id: 8n, ttlSeconds: 5_000 });
}

interface Newest {
  readonly checkpoint: string;
  readonly pages: readonly string[];
  readonly chunks: readonly string[];
  readonly slot: number;
}

function bodyOf(world: World, key: string): Uint8Array {
  return world.store.objects.get(key)!.body;
}

function newest(world: World): Newest {
  const manifest = decodeManifest('manifest', bodyOf(world, 'manifest'), worldDigest);
  const reference = manifest.kind === 'ok' ? manifest.value.checkpoints.at(-1)! : undefined;
  const key = reference!.key.slice(1);
  const checkpoint = decodeCheckpoint(key, bodyOf(world, key), worldDigest, {});
  const pages = checkpoint.kind === 'ok' ? checkpoint.value.pages.map((page) => page.key.slice(1)) : [];
  const chunks = pages.flatMap((page) => {
    const decoded = decodePage(page, bodyOf(world, page), worldDigest, {});
    return decoded.kind === 'ok' ? decoded.value.chunks.map((chunk) => chunk.key.slice(1)) : [];
  });
  return { checkpoint: key, pages, chunks, slot: reference!.slot };
}

/** Whole, under a name of its own, and named by the manifest in the place of the newest one. */
function forge(world: World, change: (checkpoint: Checkpoint) => Checkpoint): void {
  const found = world.store.objects.get('manifest')!;
  const manifest = decodeManifest('manifest', found.body, worldDigest);
  const before = decodeCheckpoint('', bodyOf(world, newest(world).checkpoint), worldDigest, {});
  if (manifest.kind !== 'ok' || before.kind !== 'ok') throw new Error('the world was damaged already');
  const body = encodeCheckpoint(change(before.value), worldDigest);
  const hash = worldDigest.sha256(body);
  const reference = manifest.value.checkpoints.at(-1)!;
  const key = checkpointKey('', reference.slot, hash, new Uint8Array(8));
  world.store.objects.set(key.slice(1), { body, etag: '"forged"' });
  const checkpoints = [...manifest.value.checkpoints.slice(0, -1), { ...reference, key, hash, bytes: body.length }];
  world.store.objects.set('manifest', {
    ...found,
    body: encodeManifest({ ...manifest.value, checkpoints }, worldDigest),
  });
}

function rot(world: World, key: string): () => void {
  const found = world.store.objects.get(key)!;
  const body = found.body.slice();
  body[body.length >> 1]! ^= 4;
  world.store.objects.set(key, { ...found, body });
  return () => void world.store.objects.set(key, found);
}

function lose(world: World, key: string): () => void {
  const found = world.store.objects.get(key)!;
  world.store.objects.delete(key);
  return () => void world.store.objects.set(key, found);
}

describe('a store that holds what is served', () => {
  test('is found to, check after check, while it is written, compacted, checkpointed and collected', () => {
    const world = leading({
      corruptCheckMs: 200,
      checkpointIntervalMs: 500,
      collectIntervalMs: 300,
      collectGraceMs: 0,
      retention: { kind: 'age', milliseconds: 0 },
    });
    for (let turn = 0; turn < 8; turn++) {
      for (let key = 0; key < 10; key++) ask(world, put(`k${(key * 7) % 10}`, `${turn}`.repeat(40)));
      ask(world, deleteRange(`k${turn}`));
      ask(world, { kind: 'lease-grant', id: BigInt(turn + 1), ttlSeconds: 2 });
      ask(world, put(`leased${turn}`, 'x', { lease: BigInt(turn + 1) }));
      ask(world, { kind: 'auth-role-add', name: `role${turn}` });
      if (turn > 0) ask(world, { kind: 'compact', revision: turn * 11, physical: turn % 2 === 0 });
    }
    world.runUntil(world.now() + 10_000);
    expect(checks(world)).toBeGreaterThan(20);
    expect(status(world)).toMatchObject({ alarms: [], problems: [], checked: { mismatches: 0 } });
    expect(world.failures).toEqual([]);
  });

  test('also before there is a checkpoint', () => {
    const world = leading({ checkpointSegments: 1_000 });
    for (let key = 0; key < 20; key++) ask(world, put(`k${key}`, 'v'));
    expect(nextCheck(world)).toMatchObject({ alarms: [], checked: { mismatches: 0 } });
  });
});

test('a key with a long history is held against its chunks one by one: its values never come together', () => {
  const world = leading({ valueCacheBytes: 0, checkpointSegments: 1_000 });
  for (let turn = 0; turn < 60; turn++) ask(world, put('hot', `${turn} `.repeat(100)));
  ask(world, { kind: 'checkpoint' });
  expect(newest(world).chunks.length).toBeGreaterThan(8);
  const { local } = world.nodes[0]!.disk;
  const readAt = new Map<number, number>();
  const get = local.get.bind(local);
  local.get = (key) => {
    readAt.set(world.now(), (readAt.get(world.now()) ?? 0) + 1);
    return get(key);
  };
  expect(nextCheck(world)).toMatchObject({ alarms: [], checked: { mismatches: 0 } });
  expect([...readAt.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(60);
  expect(Math.max(...readAt.values())).toBeLessThan(20);
});

describe('what was compacted since the checkpoint', () => {
  test('may be in it: a key that was deleted, of which nothing is left to say so', () => {
    const world = leading({ checkpointSegments: 1_000 });
    ask(world, put('stays', 'v'));
    ask(world, put('goes', 'v'));
    ask(world, { kind: 'checkpoint' });
    ask(world, deleteRange('goes'));
    ask(world, put('later', 'v'));
    ask(world, { kind: 'compact', revision: 5, physical: true });
    expect(nextCheck(world)).toMatchObject({ alarms: [], checked: { mismatches: 0 } });
  });
});

describe('a store that does not', () => {
  const damages: readonly (readonly [string, (world: World) => { key: string; mend: () => void }])[] = [
    ...(['rotten', 'missing'] as const).flatMap((how) => {
      const damage = how === 'rotten' ? rot : lose;
      const at = (pick: (world: World) => string) => (world: World) => {
        const key = pick(world);
        return { key, mend: damage(world, key) };
      };
      return [
        [`a ${how} checkpoint`, at((world) => newest(world).checkpoint)],
        [`a ${how} page`, at((world) => newest(world).pages[0]!)],
        [`a ${how} first chunk`, at((world) => newest(world).chunks[0]!)],
        [`a ${how} last chunk`, at((world) => newest(world).chunks.at(-1)!)],
        [`a ${how} slot`, at((world) => slotKey(newest(world).slot + 1))],
        [
          `a ${how} last slot`,
          at((world) =>
            [...world.store.objects.keys()]
              .filter((key) => key.startsWith('log/'))
              .sort()
              .at(-1)!,
          ),
        ],
      ] as const;
    }),
    [
      'another slot in a slot',
      (world) => {
        const key = slotKey(newest(world).slot + 1);
        const found = world.store.objects.get(key)!;
        world.store.objects.set(key, { ...found, body: bodyOf(world, slotKey(newest(world).slot)) });
        return { key, mend: () => void world.store.objects.set(key, found) };
      },
    ],
  ];

  test.each(damages)('%s: nothing is changed until it is mended and the alarm taken back', (_name, damage) => {
    const world = leading();
    fill(world);
    expect(nextCheck(world)).toMatchObject({ alarms: [], checked: { mismatches: 0 } });
    const { key, mend } = damage(world);
    const told = nextCheck(world);
    expect(told.alarms).toEqual(alarmOn);
    expect(told.problems.join()).toContain(key);
    expect(told.checked?.mismatches).toBeGreaterThan(0);
    expect(ask(world, put('a'))).toBe(corruptWords);
    expect(ask(world, range('k1'))).toMatchObject({ count: 1 });

    ask(world, disarm);
    expect(nextCheck(world).alarms).toEqual(alarmOn);

    mend();
    ask(world, disarm);
    expect(nextCheck(world)).toMatchObject({ alarms: [], problems: [], checked: { mismatches: 0 } });
    expect(ask(world, put('a'))).toMatchObject({ kind: 'put' });
    expect(world.failures).toEqual([]);
  });

  test.each([
    ['chunk', (world: World) => newest(world).chunks[0]!],
    ['page', (world: World) => newest(world).pages[0]!],
    ['checkpoint', (world: World) => newest(world).checkpoint],
    ['slot', (world: World) => slotKey(newest(world).slot + 1)],
  ])('a new checkpoint mends a rotten %s', (_kind, pick) => {
    const world = leading();
    fill(world);
    rot(world, pick(world));
    expect(nextCheck(world).alarms).toEqual(alarmOn);
    expect(ask(world, { kind: 'checkpoint' })).toMatchObject({ kind: 'checkpoint' });
    ask(world, disarm);
    expect(nextCheck(world)).toMatchObject({ alarms: [], problems: [], checked: { mismatches: 0 } });
  });

  test.each([
    ['a lease less', (checkpoint) => ({ ...checkpoint, leases: [] }), /lease 7/],
    ['a role less', (checkpoint) => ({ ...checkpoint, auth: authInitial }), /users, roles and alarms/],
    [
      'its last page less',
      (checkpoint) => ({ ...checkpoint, pages: checkpoint.pages.slice(0, -1) }),
      /does not hold key/,
    ],
  ] as readonly (readonly [string, (checkpoint: Checkpoint) => Checkpoint, RegExp])[])(
    'a checkpoint that is whole, and has %s than is served',
    (_name, change, words) => {
      const world = leading();
      fill(world);
      forge(world, change);
      const found = nextCheck(world);
      expect(found.alarms).toEqual(alarmOn);
      expect(found.problems.join()).toMatch(words);
      expect(ask(world, { kind: 'checkpoint' })).toMatchObject({ kind: 'checkpoint' });
      ask(world, disarm);
      expect(nextCheck(world)).toMatchObject({ alarms: [], problems: [], checked: { mismatches: 0 } });
    },
  );

  test('another value on the disk, under checksums that hold', () => {
    const world = leading({ valueCacheBytes: 0 });
    fill(world);
    const [version] = (ask(world, range('k1')) as RangeResponse).kvs;
    const { local } = world.nodes[0]!.disk;
    const forged = { ...version!, value: new Uint8Array(version!.valueBytes).fill(65) };
    for (const operation of localWritesOfVersion(forged, worldDigest)) {
      if (operation.kind === 'put') local.set(byteStringOf(operation.key), operation.value);
    }
    const found = nextCheck(world);
    expect(found.alarms).toEqual(alarmOn);
    expect(found.problems.join()).toContain('another value of key "k1"');
  });
});

describe('what was replaced meanwhile', () => {
  test('is no damage: a chunk that is collected while its reading is under way', () => {
    const slowCalls: Record<string, number> = {};
    const world = leading(
      { collectIntervalMs: 300, collectGraceMs: 0, retention: { kind: 'age', milliseconds: 0 } },
      slowCalls,
    );
    fill(world);
    const chunk = newest(world).chunks[0]!;
    for (let nth = 1; nth < 100; nth++) slowCalls[`n1/get/${chunk}/${nth}`] = 30_000;
    const underWay = () => world.logLines.filter((line) => line.includes('begins anew')).length;
    world.runUntil(world.now() + 2 * checkMs);
    for (let turn = 0; turn < 4; turn++) {
      for (let key = 0; key < 12; key++) ask(world, put(`k${key}`, `changed ${turn}`.repeat(10)));
      ask(world, { kind: 'checkpoint' });
      world.runUntil(world.now() + 1_000);
    }
    expect(world.store.objects.has(chunk)).toBe(false);
    expect(world.runUntil(world.now() + 60_000, () => underWay() > 0)).toBe(true);
    expect(nextCheck(world)).toMatchObject({ alarms: [], problems: [], checked: { mismatches: 0 } });
  });
});

test('no later checkpoint rests on a rotten chunk of one that was replaced while it was checked', () => {
  const slowCalls: Record<string, number> = {};
  const world = leading(
    {
      corruptCheckMs: 200,
      checkpointIntervalMs: 300,
      collectIntervalMs: 100,
      collectGraceMs: 0,
      retention: { kind: 'age', milliseconds: 0 },
    },
    slowCalls,
  );
  for (let key = 0; key < 40; key++) ask(world, put(`k${key}`, 'x'.repeat(300)));
  ask(world, { kind: 'checkpoint' });
  const { chunks } = newest(world);
  const [rotten] = chunks;
  for (const chunk of chunks) for (let nth = 1; nth < 1_000; nth++) slowCalls[`n1/get/${chunk}/${nth}`] = 400;
  rot(world, rotten!);
  const overtaken = () => world.logLines.some((line) => line.includes('begins anew'));
  for (let turn = 0; turn < 200 && !overtaken(); turn++) {
    ask(world, put('other', `${turn}`));
    world.runUntil(world.now() + 150);
  }
  expect(overtaken()).toBe(true);
  ask(world, put('other', 'last'));
  ask(world, { kind: 'checkpoint' });
  ask(world, put('other', 'and one more'));
  ask(world, { kind: 'checkpoint' });
  expect(newest(world).chunks).not.toContain(rotten);
});

describe('a start', () => {
  function startAnew(world: World, keepDisk: boolean): void {
    const node = world.nodes[0]!;
    node.crash(keepDisk);
    if (!keepDisk) node.disk = createWorldDisk();
    node.start();
    lead(world);
  }

  test('that has to pass over a checkpoint raises the alarm, whether checks are on or not', () => {
    const world = leading({ corruptCheckMs: 0 });
    fill(world);
    for (let key = 0; key < 12; key++) ask(world, put(`k${key}`, 'new'));
    ask(world, { kind: 'checkpoint' });
    rot(world, newest(world).checkpoint);
    startAnew(world, false);
    expect(ask(world, put('a'))).toBe(corruptWords);
    expect(status(world).alarms).toEqual(alarmOn);
    expect(status(world).problems.join()).toContain('checkpoints/');
    expect(ask(world, range('k1'))).toMatchObject({ count: 1 });
    expect(ask(world, { kind: 'checkpoint' })).toMatchObject({ kind: 'checkpoint' });
    ask(world, disarm);
    expect(status(world)).toMatchObject({ alarms: [], problems: [] });
    expect(ask(world, put('a'))).toMatchObject({ kind: 'put' });
    startAnew(world, false);
    expect(status(world)).toMatchObject({ alarms: [], problems: [] });
  });

  test.each([
    ['its disk kept', true],
    ['its disk lost', false],
  ])('with the check before it serves: %s', (_name, keepDisk) => {
    const world = leading({ corruptCheckMs: 0, initialCorruptCheck: true });
    fill(world);
    startAnew(world, keepDisk);
    expect(status(world)).toMatchObject({ alarms: [], problems: [] });
    const mend = rot(world, newest(world).chunks.at(-1)!);
    startAnew(world, keepDisk);
    expect(ask(world, put('a'))).toBe(corruptWords);
    expect(status(world).alarms).toEqual(alarmOn);
    mend();
    ask(world, disarm);
    expect(ask(world, put('a'))).toMatchObject({ kind: 'put' });
    startAnew(world, keepDisk);
    expect(status(world)).toMatchObject({ alarms: [], problems: [] });
  });
});
