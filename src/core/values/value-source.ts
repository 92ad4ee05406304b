import { assert } from '../assert.ts';
import type { Core } from '../core.ts';
import { LocalStoreDamage } from '../failure.ts';
import { describeDamage } from '../format/damage.ts';
import { decodeLocalValue } from '../format/local-layout.ts';
import type { Recovered } from '../recover/recovered.ts';
import { all, type Scope, type Task } from '../task.ts';
import type { Version } from '../types/version.ts';
import { fillChunks } from './fill-chunks.ts';
import { chunkOfVersion, isRetained, type Loading, type LoadingChunk } from './loading.ts';
import { readLocalValues, type FoundValues } from './read-values.ts';
import type { Reading } from './wanted-chunks.ts';

/** Values that are not in memory, wherever they are: in the local store, or still in a checkpoint's chunks alone. */
export interface ValueSource {
  /** All but those of versions that a compaction has taken away. What is retained and cannot be read ends the reign. */
  read(versions: readonly Version[]): Task<ReadonlyMap<Version, Uint8Array>>;
  /** The same for a request; undefined: nothing came for as long as a request may take. */
  readInTime(versions: readonly Version[]): Task<ReadonlyMap<Version, Uint8Array> | undefined>;
  /** Called now and then. */
  giveUpLate(): void;
  /** Undefined: every value is local. */
  loading(): LoadingStatus | undefined;
}

/** Chunks that may be wanted by who goes before those who want more. */
const smallReadingChunksMax = 16;

export interface LoadingStatus {
  readonly chunksLocal: number;
  readonly chunks: number;
}

export function createValueSource(core: Core, scope: Scope, recovered: Recovered): ValueSource {
  const { loading, state } = recovered;
  const filling = loading && fillChunks(core, scope, recovered, loading);

  function* read(versions: readonly Version[]): Task<ReadonlyMap<Version, Uint8Array>> {
    const values = yield* readWithin(versions, undefined);
    assert(values !== undefined, 'who waits for as long as it takes gets what there is');
    return values;
  }

  function* readWithin(
    versions: readonly Version[],
    patienceMs: number | undefined,
  ): Task<ReadonlyMap<Version, Uint8Array> | undefined> {
    const values: FoundValues = new Map();
    const { local, chunks } = partedBy(loading, versions, (chunk) => !chunk.filled);
    const isSmall = chunks.size <= smallReadingChunksMax;
    const reading: Reading = { values, patienceMs, isSmall, sinceMs: core.at.monotonicMs, isLate: false };
    const [absent] = yield* all([readLocalValues(core, local, values), takeAll(chunks, reading)]);
    // Taken away meanwhile, or never written because it was: its chunk still has it.
    const rest = partedBy(loading, absent!, () => true);
    yield* takeAll(rest.chunks, reading);
    if (reading.isLate) return undefined;
    for (const version of versions)
      if (!values.has(version) && isRetained(state, version)) throw damageOf(core, version);
    return values;
  }

  function* takeAll(chunks: ReadonlyMap<LoadingChunk, readonly Version[]>, reading: Reading): Task<readonly never[]> {
    yield* all([...chunks].map(([chunk, versions]) => filling!.take(chunk, versions, reading)));
    return [];
  }

  return {
    read,
    readInTime: (versions) => readWithin(versions, core.configuration.requestTimeoutMs),
    giveUpLate: () => filling?.giveUpLate(),
    loading() {
      if (loading === undefined || loading.left === 0) return undefined;
      return { chunksLocal: loading.record.chunks - loading.left, chunks: loading.record.chunks };
    },
  };
}

/** Those that a chunk of interest holds, by chunk, and the others. */
function partedBy(
  loading: Loading | undefined,
  versions: readonly Version[],
  wanted: (chunk: LoadingChunk) => boolean,
) {
  const local: Version[] = [];
  const chunks = new Map<LoadingChunk, Version[]>();
  for (const version of versions) {
    const chunk = loading && chunkOfVersion(loading, version);
    if (chunk === undefined || !wanted(chunk)) {
      local.push(version);
      continue;
    }
    const some = chunks.get(chunk);
    if (some === undefined) chunks.set(chunk, [version]);
    else some.push(version);
  }
  return { local, chunks };
}

function damageOf(core: Core, version: Version): LocalStoreDamage {
  const decoded = decodeLocalValue(version, undefined, core.digest);
  const words = decoded.kind === 'damaged' ? describeDamage(decoded.damage) : version.key;
  return new LocalStoreDamage(`the local store is damaged: ${words}`);
}
