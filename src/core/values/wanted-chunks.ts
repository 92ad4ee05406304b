import { createSignal, fire, type Signal } from '../task.ts';
import type { VersionPlace } from '../types/loading.ts';
import type { Version } from '../types/version.ts';
import type { LoadingChunk } from './loading.ts';
import type { FoundValues } from './read-values.ts';

/** Who waits for which chunk: those who want little go first, and nobody waits for what does not come. */
export interface WantedChunks {
  ask(chunk: LoadingChunk, versions: readonly Version[], reading: Reading): Wanted;
  /** The next one to be fetched. */
  next(isUnderWay: (chunk: LoadingChunk) => boolean): LoadingChunk | undefined;
  /** What the chunk holds, to all who wait for it. */
  give(chunk: LoadingChunk, held: readonly Version[], nowMs: number): void;
  /** `sinceMs`: when the chunk's fetch began; of one that waits for its turn, when the last chunk came. */
  giveUpLate(nowMs: number, sinceMs: (chunk: LoadingChunk) => number): void;
}

/** Somebody who wants values of any number of chunks. */
export interface Reading {
  readonly values: FoundValues;
  /** In milliseconds, without anything coming; undefined: for as long as it takes. */
  readonly patienceMs: number | undefined;
  /** Goes before those who want much. */
  readonly isSmall: boolean;
  /** When it began, or when the last of its chunks came. */
  sinceMs: number;
  /** Some of the values did not come in time. */
  isLate: boolean;
}

export interface Wanted {
  readonly versions: readonly Version[];
  readonly reading: Reading;
  readonly doneSignal: Signal;
  done: boolean;
}

export function createWantedChunks(): WantedChunks {
  const wanted = new Map<LoadingChunk, Wanted[]>();
  const wantedBySmall = new Set<LoadingChunk>();

  function forget(chunk: LoadingChunk): void {
    wanted.delete(chunk);
    wantedBySmall.delete(chunk);
  }

  return {
    ask(chunk, versions, reading) {
      const one: Wanted = { versions, reading, doneSignal: createSignal(), done: false };
      const waiting = wanted.get(chunk);
      if (waiting === undefined) wanted.set(chunk, [one]);
      else waiting.push(one);
      if (reading.isSmall) wantedBySmall.add(chunk);
      return one;
    },
    next(isUnderWay) {
      for (const chunk of wantedBySmall) if (!isUnderWay(chunk)) return chunk;
      for (const chunk of wanted.keys()) if (!isUnderWay(chunk)) return chunk;
      return undefined;
    },
    give(chunk, held, nowMs) {
      const waiting = wanted.get(chunk);
      if (waiting === undefined) return;
      forget(chunk);
      const byName = new Map(held.map((version) => [nameOf(version), version.value]));
      for (const one of waiting) {
        for (const version of one.versions) {
          const value = byName.get(nameOf(version));
          // A copy: what is kept must not keep the whole chunk.
          if (value?.length === version.valueBytes) one.reading.values.set(version, value.slice());
        }
        one.reading.sinceMs = nowMs;
        settle(one);
      }
    },
    giveUpLate(nowMs, sinceMs) {
      for (const [chunk, waiting] of [...wanted]) {
        const isLate = ({ reading }: Wanted): boolean =>
          reading.patienceMs !== undefined && nowMs - Math.max(reading.sinceMs, sinceMs(chunk)) >= reading.patienceMs;
        const late = waiting.filter(isLate);
        if (late.length === 0) continue;
        const left = waiting.filter((one) => !isLate(one));
        if (left.length > 0) wanted.set(chunk, left);
        else forget(chunk);
        for (const one of late) {
          one.reading.isLate = true;
          settle(one);
        }
      }
    },
  };
}

function settle(one: Wanted): void {
  one.done = true;
  fire(one.doneSignal);
}

function nameOf({ modRevision, sub }: VersionPlace): string {
  return `${modRevision}.${sub}`;
}
