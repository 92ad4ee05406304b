import type { LocalEntry, LocalOperation } from '../../src/ports/local-store.ts';
import { byteStringOf, bytesOf } from '../../src/core/types/bytes.ts';
import { flipBit } from './flip-bit.ts';

/**
 * The local store on a simulated disk: what it holds now, and what of that would survive a loss of power.
 *
 * Invariants:
 * - A batch is applied whole, in call order. Power loss takes back the newest batches since the last sync, whole ones, newest first.
 * - The system writes back by itself: a batch that `batchesUnsyncedMax` others followed is safe.
 */
export interface SimulatedLocalStore {
  write(batch: readonly LocalOperation[], durability: 'fsync' | 'none'): void;
  getMany(keys: readonly Uint8Array[]): readonly (Uint8Array | undefined)[];
  scan(from: Uint8Array, to: Uint8Array, limit: number): readonly LocalEntry[];
  setAside(): string | undefined;
  /** Batches that a loss of power could take back now. */
  unsynced(): number;
  losePower(batchesLost: number): void;
  copy(): SimulatedLocalStore;
  /** All that it holds, by key. */
  entries(): readonly LocalEntry[];
  /** Flips a bit in the value that `choose` picks; false: there is none. */
  rot(choose: (count: number) => number): boolean;
  readonly size: number;
}

const batchesUnsyncedMax = 256;

type Undo = readonly (readonly [key: string, value: Uint8Array | undefined])[];

export function createSimulatedLocalStore(initial: ReadonlyMap<string, Uint8Array> = new Map()): SimulatedLocalStore {
  let values = new Map(initial);
  let sorted: string[] | undefined;
  let undos: Undo[] = [];
  let asides = 0;

  function apply(operation: LocalOperation, undo: [string, Uint8Array | undefined][]): void {
    const key = byteStringOf(operation.key);
    const before = values.get(key);
    undo.push([key, before]);
    if (operation.kind === 'put') {
      if (before === undefined) sorted = undefined;
      values.set(key, operation.value.slice());
      return;
    }
    if (values.delete(key)) sorted = undefined;
  }

  function takeBack(undo: Undo): void {
    for (const [key, before] of undo.toReversed()) {
      if (before === undefined) values.delete(key);
      else values.set(key, before);
    }
    sorted = undefined;
  }

  return {
    write(batch, durability) {
      const undo: [string, Uint8Array | undefined][] = [];
      for (const operation of batch) apply(operation, undo);
      if (durability === 'fsync') undos = [];
      else {
        undos.push(undo);
        if (undos.length > 2 * batchesUnsyncedMax) undos = undos.slice(-batchesUnsyncedMax);
      }
    },
    getMany: (keys) => keys.map((key) => values.get(byteStringOf(key))?.slice()),
    scan(from, to, limit) {
      sorted ??= [...values.keys()].sort();
      const end = byteStringOf(to);
      const entries: LocalEntry[] = [];
      for (let place = placeOf(sorted, byteStringOf(from)); place < sorted.length && entries.length < limit; place++) {
        const key = sorted[place]!;
        if (key >= end) break;
        entries.push({ key: bytesOf(key), value: values.get(key)!.slice() });
      }
      return entries;
    },
    setAside() {
      if (values.size === 0) return undefined;
      values = new Map();
      sorted = undefined;
      undos = [];
      asides += 1;
      return `memory:aside/local-store.${asides}`;
    },
    unsynced: () => Math.min(undos.length, batchesUnsyncedMax),
    losePower(batchesLost) {
      for (let lost = 0; lost < batchesLost; lost++) {
        const undo = undos.pop();
        if (undo !== undefined) takeBack(undo);
      }
      undos = [];
    },
    copy: () => createSimulatedLocalStore(values),
    entries() {
      sorted ??= [...values.keys()].sort();
      return sorted.map((key) => ({ key: bytesOf(key), value: values.get(key)! }));
    },
    rot(choose) {
      sorted ??= [...values.keys()].sort();
      if (sorted.length === 0) return false;
      const key = sorted[choose(sorted.length)]!;
      const value = values.get(key)!.slice();
      if (value.length === 0) return false;
      flipBit(value, choose(value.length * 8));
      values.set(key, value);
      return true;
    },
    get size() {
      return values.size;
    },
  };
}

/** The place of the first key that is not below `key`. */
function placeOf(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
