import type { Core } from '../core.ts';
import { logPrefix, slotKey, slotOfKey } from '../format/keys.ts';
import { listObjects } from '../store/list.ts';
import type { Task } from '../task.ts';
import type { CheckpointReference } from '../types/log.ts';
import type { CheckpointBase, LoadedPage } from './checkpoint-tree.ts';

/**
 * What a checkpoint weighs, and the history before it: the base of a retention by size.
 *
 * Invariant: history never shrinks from one checkpoint to the next. A LIST that shows too little makes it too short, and so keeps more.
 */
export interface Measured {
  readonly slot: number;
  /** Of the checkpoint's own object. */
  readonly bytes: number;
  readonly pages: readonly LoadedPage[];
}

const slotsPerPage = 1_000;

/** `previous` is the last one that the manifest names, `base` what this one was built upon. */
export function* measureCheckpoint(
  core: Core,
  { slot, bytes, pages }: Measured,
  previous: CheckpointReference | undefined,
  base: CheckpointBase | undefined,
): Task<Pick<CheckpointReference, 'treeBytes' | 'historyBytes'>> {
  const before = new Set<string>();
  for (const object of objectsOf(base?.pages ?? [])) before.add(object.key);
  let treeBytes = bytes;
  let sharedBytes = 0;
  for (const object of objectsOf(pages)) {
    treeBytes += object.bytes;
    if (before.has(object.key)) sharedBytes += object.bytes;
  }
  const log = yield* logBytesBetween(core, previous?.slot ?? 0, slot);
  if (previous === undefined) return { treeBytes, historyBytes: log };
  const droppedBytes = Math.max(0, previous.treeBytes - sharedBytes);
  return { treeBytes, historyBytes: previous.historyBytes + log + droppedBytes };
}

function* objectsOf(pages: readonly LoadedPage[]): Iterable<{ readonly key: string; readonly bytes: number }> {
  for (const { reference, chunks } of pages) {
    yield reference;
    yield* chunks;
  }
}

/** Segments after a slot, up to another one. */
function* logBytesBetween(core: Core, afterSlot: number, lastSlot: number): Task<number> {
  let bytes = 0;
  for (let after = afterSlot; after < lastSlot;) {
    const limit = Math.min(slotsPerPage, lastSlot - after);
    const segments = yield* listObjects(core, logPrefix, slotKey(after), limit);
    for (const { key, size } of segments) if ((slotOfKey(key) ?? Infinity) <= lastSlot) bytes += size;
    if (segments.length < limit) break;
    after += limit;
  }
  return bytes;
}
