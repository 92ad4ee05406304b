import { createLoadProgress, type LoadProgress } from '../checkpoint/load-progress.ts';
import { log, type Core } from '../core.ts';
import { LocalStoreDamage } from '../failure.ts';
import type { Recovered } from '../recover/recovered.ts';
import { createSignal, fire, until, waitFor, type Scope, type Signal, type Task } from '../task.ts';
import { readKeyedChunk } from '../store/read-reference.ts';
import type { VersionPlace } from '../types/loading.ts';
import type { Version } from '../types/version.ts';
import type { Loading, LoadingChunk } from './loading.ts';
import type { FoundValues } from './read-values.ts';
import { writeFilled } from './write-filled.ts';

/**
 * Makes a checkpoint's values local, chunk by chunk, and gives those that are wanted before their turn.
 *
 * Invariants:
 * - A value is given or written only out of a chunk whose whole hash held.
 */
export interface FillingChunks {
  /** The values of versions that this chunk holds go into `values`. */
  take(chunk: LoadingChunk, versions: readonly Version[], values: FoundValues): Task<void>;
}

const chunksAtOnce = 16;
const chunkBytesAtOnce = 8 * 1024 * 1024;

interface Wanted {
  readonly versions: readonly Version[];
  readonly values: FoundValues;
  readonly doneSignal: Signal;
  done: boolean;
}

export function fillChunks(core: Core, scope: Scope, recovered: Recovered, loading: Loading): FillingChunks {
  const { record, chunks } = loading;
  const wanted = new Map<LoadingChunk, Wanted[]>();
  const underWay = new Set<LoadingChunk>();
  const progress = createLoadProgress(
    core,
    'values',
    record.checkpoint.key,
    chunks.map(({ reference }) => reference),
  );
  let bytesUnderWay = 0;
  let unwritten = loading.left;
  let background = 0;
  let backgroundFromMs = core.at.monotonicMs;
  let pausing = false;

  function nextWanted(): LoadingChunk | undefined {
    for (const chunk of wanted.keys()) if (!underWay.has(chunk)) return chunk;
    return undefined;
  }

  function nextInBackground(): LoadingChunk | undefined {
    while (background < chunks.length) {
      const chunk = chunks[background]!;
      if (!chunk.filled && !underWay.has(chunk)) return chunk;
      background += 1;
    }
    return undefined;
  }

  /** What somebody waits for goes first, and waits for nothing. */
  function startMore(): void {
    while (underWay.size < chunksAtOnce) {
      const asked = nextWanted();
      const chunk = asked ?? nextInBackground();
      if (chunk === undefined) return;
      const { bytes } = chunk.reference;
      if (underWay.size > 0 && bytesUnderWay + bytes > chunkBytesAtOnce) return;
      if (asked === undefined) {
        if (core.at.monotonicMs < backgroundFromMs) {
          pauseBackground();
          return;
        }
        backgroundFromMs = core.at.monotonicMs + (bytes * 1_000) / core.configuration.fillBytesPerSecond;
      }
      underWay.add(chunk);
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
      throw new LocalStoreDamage(`${read.reason}: it holds values that are not local yet`);
    }
    // Others' events go first: what many chunks come to takes a while.
    yield* until(core.at.monotonicMs);
    give(chunk, read.value);
    if (chunk.filled) return;
    yield* write(chunk, read.value);
    // Those who came meanwhile: the local store may never get what is no longer retained.
    give(chunk, read.value);
  }

  function give(chunk: LoadingChunk, held: readonly Version[]): void {
    const waiting = wanted.get(chunk);
    if (waiting === undefined) return;
    wanted.delete(chunk);
    const byName = new Map(held.map((version) => [nameOf(version), version.value]));
    for (const one of waiting) {
      for (const version of one.versions) {
        const value = byName.get(nameOf(version));
        // A copy: what is kept must not keep the whole chunk.
        if (value?.length === version.valueBytes) one.values.set(version, value.slice());
      }
      one.done = true;
      fire(one.doneSignal);
    }
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
    *take(chunk, versions, values) {
      const one: Wanted = { versions, values, doneSignal: createSignal(), done: false };
      const waiting = wanted.get(chunk);
      if (waiting === undefined) wanted.set(chunk, [one]);
      else waiting.push(one);
      startMore();
      while (!one.done) yield* waitFor(one.doneSignal);
    },
  };
}

function nameOf({ modRevision, sub }: VersionPlace): string {
  return `${modRevision}.${sub}`;
}
