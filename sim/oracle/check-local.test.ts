import { describe, expect, test } from 'vitest';
import { localDeletesOfVersion, localPositionPut, localWritesOfVersion } from '../../src/core/format/local-layout.ts';
import { checkpointKey, chunkKey } from '../../src/core/format/keys.ts';
import { localChunkPut, localLoadingPut } from '../../src/core/format/local-loading.ts';
import { noLease } from '../../src/core/types/bytes.ts';
import type { CheckpointReference } from '../../src/core/types/log.ts';
import type { Version } from '../../src/core/types/version.ts';
import type { LocalOperation } from '../../src/ports/local-store.ts';
import type { Instant } from '../../src/ports/clock.ts';
import { createSimulatedLocalStore } from '../doubles/local-store.ts';
import type { SystemEffect } from '../types/system.ts';
import { createLocalDisks } from './check-local.ts';
import { type Craft, createCraft, digest } from './testing/craft.ts';

const at: Instant = { monotonicMs: 0, wallMs: 0 };
const segmentHeaderBytes = 107;
const file = '00000000000000000001.log';

const loaded: CheckpointReference = {
  key: checkpointKey('', 3, new Uint8Array(32), new Uint8Array(8)),
  hash: new Uint8Array(32),
  bytes: 100,
  slot: 3,
  sequence: 3,
  revision: 3,
  epoch: 1,
  wallMs: 0,
  treeBytes: 0,
  historyBytes: 0,
};

const keyed = {
  index: 1,
  reference: {
    key: chunkKey('', new Uint8Array(32), new Uint8Array(8)),
    hash: new Uint8Array(32),
    bytes: 100,
    keysBytes: 50,
    firstKey: 'a',
    versions: 2,
  },
  keysHash: new Uint8Array(32),
};

type Call = Extract<SystemEffect, { kind: 'call' }>;

function calling(operation: Call['operation']): Call {
  return { kind: 'call', call: 1, operation };
}

function version(key: string, modRevision: number, count: number, value: string): Version {
  const bytes = new TextEncoder().encode(value);
  const createRevision = modRevision - count + 1;
  return { key, modRevision, sub: 0, createRevision, version: count, lease: noLease, valueBytes: 1, value: bytes };
}

/** After the fence, sequences 2 to 4: two puts of one key, and a compaction at the second. */
function crafted(): Craft {
  const craft = createCraft();
  craft.ok({ kind: 'put', key: 'a', value: '1' });
  craft.ok({ kind: 'put', key: 'a', value: '2' });
  craft.ok({ kind: 'compact', revision: 3 });
  return craft;
}

const old = version('a', 2, 1, '1');
const current = version('a', 3, 2, '2');

function position(sequence: number, revision: number, compactRevision: number): LocalOperation {
  const hash = new Uint8Array(32);
  const place = { slot: sequence, segmentHash: hash, frameHash: hash, epoch: 1, sequence, revision, compactRevision };
  return localPositionPut(new Uint8Array(16), place, digest);
}

function storeOf(...operations: readonly LocalOperation[]) {
  const store = createSimulatedLocalStore();
  store.write(operations, 'none');
  return { entries: () => store.entries(), file: () => undefined };
}

/** What comes of it when a file with the frames of the last slot is removed, before or after that slot is filled. */
function removedWhen(when: 'before' | 'after'): string | undefined {
  const craft = crafted();
  const oracle = createLocalDisks();
  const last = craft.storeChanges.at(-1)!;
  const bytes = last.bytes!.subarray(segmentHeaderBytes);
  oracle.disks!(0, 0, { entries: () => [], file: () => bytes });
  for (const change of craft.storeChanges.slice(0, -1)) oracle.store!(change);
  const remove = () => oracle.effect!(0, 0, calling({ kind: 'disk-remove', file, durability: 'fsync' }), at);
  if (when === 'before') remove();
  oracle.store!(last);
  if (when === 'after') remove();
  return guaranteeOf(oracle.finish!(craft.result()));
}

function foundStore(...operations: readonly LocalOperation[]): string | undefined {
  const oracle = createLocalDisks();
  oracle.disks!(0, 1, storeOf(...operations));
  return guaranteeOf(oracle.finish!(crafted().result()));
}

function droppedAt(compactRevision: number): string | undefined {
  const oracle = createLocalDisks();
  const whole = [...localWritesOfVersion(old, digest), ...localWritesOfVersion(current, digest)];
  const sequence = compactRevision === 0 ? 3 : 4;
  oracle.disks!(0, 1, storeOf(...whole, position(sequence, 3, compactRevision)));
  const batch = localDeletesOfVersion(old);
  oracle.effect!(0, 1, calling({ kind: 'local-write', batch, durability: 'none', afterReads: true }), at);
  return guaranteeOf(oracle.finish!(crafted().result()));
}

function guaranteeOf(found: object | undefined): string | undefined {
  return found === undefined ? undefined : (found as { readonly guarantee: string }).guarantee;
}

describe('files of the local log', () => {
  test('may go when their frames are in slots', () => expect(removedWhen('after')).toBeUndefined());
  test('must not go before that', () => expect(removedWhen('before')).toBe('durability'));
});

describe('a local store that a life finds', () => {
  const both = [...localWritesOfVersion(old, digest), ...localWritesOfVersion(current, digest)];
  const newest = localWritesOfVersion(current, digest);

  test('is whole', () => expect(foundStore(...both, position(3, 3, 0))).toBeUndefined());
  test('is nothing yet without a position', () => expect(foundStore(...newest)).toBeUndefined());
  test('lacks nothing that is not compacted', () =>
    expect(foundStore(...newest, position(3, 3, 0))).toBe('checkpoints'));
  test('may lack what is', () => expect(foundStore(...newest, position(4, 3, 3))).toBeUndefined());
  test('is at a revision that its sequence has', () =>
    expect(foundStore(...both, position(3, 2, 0))).toBe('checkpoints'));
});

describe('values that are still to come', () => {
  const withoutValue = [...localWritesOfVersion(old, digest), ...localWritesOfVersion(current, digest).slice(0, 1)];
  const record = localLoadingPut({ databaseId: new Uint8Array(16), checkpoint: loaded, chunks: 2 }, digest);
  const chunkOf = (last: Version) => localChunkPut({ ...keyed, first: old, last }, digest);
  const at3 = position(3, 3, 0);

  test('may be missing where a chunk that is left says so', () =>
    expect(foundStore(...withoutValue, record, chunkOf(current), at3)).toBeUndefined());
  test('must not be missing where none does', () => {
    expect(foundStore(...withoutValue, at3)).toBe('checkpoints');
    expect(foundStore(...withoutValue, record, at3)).toBe('checkpoints');
    expect(foundStore(...withoutValue, record, chunkOf(old), at3)).toBe('checkpoints');
  });
  test('are none of what came after the checkpoint', () => {
    const before = localLoadingPut(
      { databaseId: new Uint8Array(16), checkpoint: { ...loaded, revision: 2 }, chunks: 2 },
      digest,
    );
    expect(foundStore(...withoutValue, before, chunkOf(current), at3)).toBe('checkpoints');
  });
  test('belong to a version', () => {
    const [, orphan] = localWritesOfVersion(version('b', 4, 1, '3'), digest);
    const both = [...localWritesOfVersion(old, digest), ...localWritesOfVersion(current, digest)];
    expect(foundStore(...both, orphan!, at3)).toBe('checkpoints');
  });
});

describe('what a compaction drops from the local store', () => {
  test('is obsolete by the compaction that the store holds', () => expect(droppedAt(3)).toBeUndefined());
  test('is not what it still needs', () => expect(droppedAt(0)).toBe('checkpoints'));
});
