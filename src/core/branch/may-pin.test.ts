import { expect, test } from 'vitest';
import type { CheckpointReference, Manifest, Pin } from '../types/log.ts';
import { retentionDefault } from '../types/retention.ts';
import { mayEndWith, mayHaveBranches, mayPin } from './may-pin.ts';
import { isNeededByNone, mayRemove } from './may-remove.ts';

const hash = new Uint8Array(32);

function checkpointAt(slot: number): CheckpointReference {
  const told = { slot, sequence: slot, revision: slot, epoch: 1, wallMs: slot, treeBytes: 1, historyBytes: 1 };
  return { key: `/checkpoints/${slot}`, hash, bytes: 1, ...told };
}

function pinOf(checkpoint: CheckpointReference | undefined, firstSlot: number, lastSlot: number): Pin {
  return {
    id: new Uint8Array(16),
    name: 'branches/b/0000000000000000/',
    createdWallMs: 0,
    checkpoint,
    firstSlot,
    lastSlot,
  };
}

function manifestOf(changed: Partial<Manifest>): Manifest {
  return {
    databaseId: new Uint8Array(16),
    epoch: 1,
    generation: 1,
    createdWallMs: 0,
    retention: retentionDefault,
    logInflightMax: 4,
    logFloor: 1,
    logCollectedFloor: 1,
    archives: [],
    condemnedSlots: [],
    checkpoints: [],
    condemned: [],
    home: '',
    base: undefined,
    pins: [],
    successor: undefined,
    predecessor: undefined,
    removed: false,
    ...changed,
  };
}

test('what is pinned is named already, by the manifest or another pin, and above the floor', () => {
  const checkpoint = checkpointAt(5);
  expect(mayPin(manifestOf({ checkpoints: [checkpoint], logFloor: 6 }), pinOf(checkpoint, 6, 9))).toBe(true);
  expect(mayPin(manifestOf({ pins: [pinOf(checkpoint, 6, 9)], logFloor: 6 }), pinOf(checkpoint, 6, 9))).toBe(true);
  expect(mayPin(manifestOf({ checkpoints: [checkpointAt(7)], logFloor: 6 }), pinOf(checkpoint, 6, 9))).toBe(false);
  expect(mayPin(manifestOf({ checkpoints: [checkpoint], logFloor: 7 }), pinOf(checkpoint, 6, 9))).toBe(false);
});

test('without slots of its own a pin does not care for the floor', () => {
  const checkpoint = checkpointAt(5);
  expect(mayPin(manifestOf({ checkpoints: [checkpoint], logFloor: 9 }), pinOf(checkpoint, 6, 5))).toBe(true);
  expect(mayPin(manifestOf({ logFloor: 2 }), pinOf(undefined, 1, 1))).toBe(false);
});

test('where a checkpoint goes on beyond the last slot, that one was not the end of the log', () => {
  const manifest = manifestOf({ checkpoints: [checkpointAt(5), checkpointAt(8)] });
  expect(mayEndWith(manifest, pinOf(checkpointAt(5), 6, 7))).toBe(false);
  expect(mayEndWith(manifest, pinOf(checkpointAt(8), 9, 8))).toBe(true);
  expect(mayEndWith(manifestOf({}), pinOf(undefined, 1, 0))).toBe(true);
});

test('a branch with branches is removed by force alone, and stays whole for them', () => {
  const parent = manifestOf({ pins: [pinOf(undefined, 1, 3)] });
  expect(mayRemove(parent, false)).toBe(false);
  expect(mayRemove(parent, true)).toBe(true);
  expect(isNeededByNone(parent)).toBe(false);
  expect(mayRemove(manifestOf({}), false)).toBe(true);
  expect(isNeededByNone(manifestOf({}))).toBe(true);
});

test('what was removed is removed once more without force, and gets no branch', () => {
  const removed = manifestOf({ pins: [pinOf(undefined, 1, 3)], removed: true });
  expect(mayRemove(removed, false)).toBe(true);
  expect(mayHaveBranches(removed)).toBe(false);
  expect(mayHaveBranches(manifestOf({}))).toBe(true);
});
