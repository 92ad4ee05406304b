import { createLoadProgress, type LoadProgress } from '../checkpoint/load-progress.ts';
import { log, type Core } from '../core.ts';
import { LocalStoreDamage } from '../failure.ts';
import type { Recovered } from '../recover/recovered.ts';
import { until, waitFor, type Scope, type Task } from '../task.ts';
import { readKeyedChunk } from '../store/read-reference.ts';
import type { ContentOfChunk } from '../types/loading.ts';
import type { Version } from '../types/version.ts';
import type { Loading, LoadingChunk } from './loading.ts';
import { createWantedChunks, type Reading } from './wanted-chunks.ts';
import { writeFilled } from './write-filled.ts';

/**
 * Makes a checkpoint's values local, chunk by chunk, and gives those that are wanted before their turn.
 *
 * Invariants:
 * - A value is given or written only out of a chunk whose whole hash held.
 */
export interface FillingChunks {
  /** The values of versions that this chunk holds go into those that were found, unless they are late. */
  take(chunk: LoadingChunk, versions: readonly Version[], reading: Reading): Task<void>;
  /** Who waits for what does not come goes without. Called now and then. */
  giveUpLate(): void;
}

interface Room {
  readonly chunks: number;
  readonly bytes: number;
}

const room: Room = { chunks: 16, bytes: 8 * 1024 * 1024 };
/** Chunks for which nobody waits leave the rest to those for which somebody does. */
const backgroundRoom: Room = { chunks: 12, bytes: 6 * 1024 * 1024 };

export function fillChunks(core: Core, scope: Scope, recovered: Recovered, loading: Loading): FillingChunks {
  const { record, chunks } = loading;
  const wanted = createWantedChunks();
  /** Since when. */
  const underWay = new Map<LoadingChunk, number>();
  const progress = createLoadProgress(
    core,
    'values',
    record.checkpoint.key,
    chunks.map(({ reference }) => reference),
  );
  let bytesUnderWay = 0;
  let lastCameMs = core.at.monotonicMs;
  let unwritten = loading.left;
  let background = 0;
  let backgroundFromMs = core.at.monotonicMs;
  let pausing = false;

  function hasRoom({ bytes }: ContentOfChunk, within: Room): boolean {
    return underWay.size === 0 || (underWay.size < within.chunks && bytesUnderWay + bytes <= within.bytes);
  }

  function nextInBackground(): LoadingChunk | undefined {
    while (background < chunks.length) {
      const chunk = chunks[background]!;
      if (!chunk.filled && !underWay.has(chunk)) return chunk;
      background += 1;
    }
    return undefined;
  }

  /** What somebody waits for goes first. */
  function startMore(): void {
    for (;;) {
      const asked = wanted.next((chunk) => underWay.has(chunk));
      const chunk = asked ?? nextInBackground();
      if (chunk === undefined) return;
      const { bytes } = chunk.reference;
      if (!hasRoom(chunk.reference, asked === undefined ? backgroundRoom : room)) return;
      if (asked === undefined) {
        if (core.at.monotonicMs < backgroundFromMs) {
          pauseBackground();
          return;
        }
        backgroundFromMs = core.at.monotonicMs + (bytes * 1_000) / core.configuration.fillBytesPerSecond;
      }
      underWay.set(chunk, core.at.monotonicMs);
      bytesUnderWay += bytes;
      scope.spawn(fetch(chunk), () => {
        underWay.delete(chunk);
        bytesUnderWay -= bytes;
        startMore();
      });
    }
  }

  function pauseBackground(): void {
    if (pausing) return;
    pausing = true;
    scope.spawn(until(backgroundFromMs), () => {
      pausing = false;
      startMore();
    });
  }

  function* fetch(chunk: LoadingChunk): Task<void> {
    const read = yield* readKeyedChunk(core, chunk);
    if (read.kind !== 'ok') {
      core.unusableObjects.add(read.key);
      if (chunk.filled) {
        // What is retained of it is local: who still asks wants what is not, and goes without.
        wanted.give(chunk, [], core.at.monotonicMs);
        return;
      }
      throw new LocalStoreDamage(`${read.reason}: it holds values that are not local yet`);
    }
    lastCameMs = core.at.monotonicMs;
    // Others' events go first: what many chunks come to takes a while.
    yield* until(core.at.monotonicMs);
    wanted.give(chunk, read.value, core.at.monotonicMs);
    if (chunk.filled) return;
    yield* write(chunk, read.value);
    // Those who came meanwhile: the local store may never get what is no longer retained.
    wanted.give(chunk, read.value, core.at.monotonicMs);
  }

  function* write(chunk: LoadingChunk, held: readonly Version[]): Task<void> {
    unwritten -= 1;
    yield* writeFilled(core, { index: chunk.index, held, state: recovered.state, isLast: unwritten === 0 });
    chunk.filled = true;
    loading.left -= 1;
    report(progress, chunk);
  }

  function report(to: LoadProgress, chunk: LoadingChunk): void {
    to.loaded([chunk.reference]);
    if (loading.left === 0) log(core, 'info', 'all values are local', { checkpoint: record.checkpoint.key });
  }

  startMore();

  return {
    *take(chunk, versions, reading) {
      const one = wanted.ask(chunk, versions, reading);
      startMore();
      while (!one.done) yield* waitFor(one.doneSignal);
    },
    giveUpLate: () => wanted.giveUpLate(core.at.monotonicMs, (chunk) => underWay.get(chunk) ?? lastCameMs),
  };
}
