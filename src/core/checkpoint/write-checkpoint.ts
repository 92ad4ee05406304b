import type { Core } from '../core.ts';
import { encodeCheckpoint } from '../format/checkpoint.ts';
import { encodeChunk } from '../format/chunk.ts';
import { contentHash } from '../format/hashes.ts';
import { checkpointKey, chunkKey, pageKey } from '../format/keys.ts';
import { encodePage } from '../format/page.ts';
import type { Recovered } from '../recover/recovered.ts';
import { freshAttempt } from '../store/fresh-attempt.ts';
import { readDecoded, settledPut } from '../store/objects.ts';
import { all, until, type Task } from '../task.ts';
import { equalBytes, hexOf } from '../types/bytes.ts';
import type { Checkpoint, CheckpointReference, ChunkReference, LogPosition } from '../types/log.ts';
import type { Version } from '../types/version.ts';
import type { ValueSource } from '../values/value-source.ts';
import { checkpointTablesOf } from './checkpoint-tables.ts';
import type { CheckpointBase, LoadedPage } from './checkpoint-tree.ts';
import type { ChunkContent } from './content-defined-chunks.ts';
import { pagesOf } from './content-defined-pages.ts';
import { measureCheckpoint } from './measure-checkpoint.ts';
import { planCheckpoint } from './plan-checkpoint.ts';
import { createProgress, type Progress } from './write-progress.ts';

/**
 * Writes the state at the position of now, while writes go on: what changed since the base goes up as new chunks, the rest is taken over by
 * reference. Nothing names any of it until the manifest does, so a checkpoint that was given up leaves nothing half.
 *
 * The caller keeps the scrub from running meanwhile.
 */
export interface WrittenCheckpoint {
  readonly reference: CheckpointReference;
  /** What the next one is built upon. */
  readonly base: CheckpointBase;
  readonly objectsUploaded: number;
  readonly bytesUploaded: number;
}

export interface CheckpointGround {
  readonly databaseId: Uint8Array;
  readonly recovered: Recovered;
  readonly values: Pick<ValueSource, 'read'>;
  readonly base: CheckpointBase | undefined;
  /** The last one that the manifest names. */
  readonly previous: CheckpointReference | undefined;
  /** Chunks that this reign has uploaded and nothing names yet, by the hash of their content: an attempt that failed is not for nothing. */
  readonly unnamed: Map<string, ChunkReference>;
  /** Told once, at the beginning: where its progress can be seen. */
  began(progress: Progress): void;
}

const keysPerPause = 2_048;
const uploadsAtOnce = 16;
/** Encoded, and waiting for their upload. */
const uploadBytesAtOnce = 8 * 1024 * 1024;

/** A text says why it was given up. */
export function* writeCheckpoint(core: Core, ground: CheckpointGround): Task<WrittenCheckpoint | string> {
  const { databaseId, recovered, base } = ground;
  // The time is of the last frame in it: the log goes on from there, and never goes back.
  const { position, wallMs } = recovered;
  const tables = checkpointTablesOf(recovered);
  const uploads = createUploads(core, createProgress(core, position.slot, chunksExpected(core, ground)));
  const { progress } = uploads;
  ground.began(progress);
  const chunks = yield* writeChunks(core, ground, position, uploads);
  if (typeof chunks === 'string') return chunks;
  const pages = yield* writePages(core, base, chunks, uploads);
  if (typeof pages === 'string') return pages;
  const checkpoint: Checkpoint = {
    databaseId,
    position,
    wallMs,
    ...tables,
    pages: pages.map(({ reference }) => reference),
  };
  const body = encodeCheckpoint(checkpoint, core.digest);
  const hash = contentHash(body, core.digest);
  const key = checkpointKey(core.home, position.slot, hash, uploads.attempt);
  const failure = (yield* uploads.add(key, body)) ?? (yield* uploads.flush());
  if (failure !== undefined) return failure;
  const { slot, sequence, revision, epoch } = position;
  const measured = { slot, bytes: body.length, pages };
  const { treeBytes, historyBytes } = yield* measureCheckpoint(core, measured, ground.previous, base);
  progress.written(revision);
  return {
    reference: { key, hash, bytes: body.length, slot, sequence, revision, epoch, wallMs, treeBytes, historyBytes },
    base: { revision, pages },
    objectsUploaded: progress.chunksWritten + progress.pagesWritten + 1,
    bytesUploaded: progress.bytesUploaded,
  };
}

function chunksExpected(core: Core, { recovered, base }: CheckpointGround): number {
  const held = base?.pages.reduce((sum, { chunks }) => sum + chunks.length, 0) ?? 0;
  return Math.max(held, Math.ceil(recovered.state.bytesTotal / core.configuration.checkpointChunkBytes));
}

function* writeChunks(
  core: Core,
  { recovered, values, base, unnamed }: CheckpointGround,
  position: LogPosition,
  uploads: Uploads,
): Task<readonly ChunkReference[] | string> {
  const { progress } = uploads;
  const references: ChunkReference[] = [];
  const known = new Map(unnamed);
  const planBase = base && { revision: base.revision, references: base.pages.flatMap(({ chunks }) => chunks) };
  const rules = {
    chunkBytesTarget: core.configuration.checkpointChunkBytes,
    keysPerPause,
    unusable: core.unusableObjects,
  };
  for (const planned of planCheckpoint(recovered.state, position, planBase, rules)) {
    switch (planned.kind) {
      case 'kept':
        for (const reference of planned.references) references.push(reference);
        progress.chunksReused += planned.references.length;
        break;
      case 'changed':
        for (const reference of planned.references) known.set(hexOf(reference.hash), reference);
        break;
      case 'new': {
        const chunk = yield* encodeContent(core, values, planned.content, uploads.attempt);
        const name = hexOf(chunk.reference.hash);
        const same = known.get(name);
        if (same !== undefined && !core.unusableObjects.has(same.key)) {
          references.push({ ...same, continues: planned.content.continues });
          progress.chunksReused += 1;
          break;
        }
        references.push(chunk.reference);
        progress.chunksWritten += 1;
        const failure = yield* uploads.add(chunk.reference.key, chunk.body, () => unnamed.set(name, chunk.reference));
        if (failure !== undefined) return failure;
        break;
      }
      case 'pause':
        yield* until(core.at.monotonicMs);
    }
    progress.report();
  }
  return references;
}

interface EncodedContent {
  readonly reference: ChunkReference;
  readonly body: Uint8Array;
}

function* encodeContent(
  core: Core,
  values: Pick<ValueSource, 'read'>,
  { versions, continues }: ChunkContent,
  attempt: Uint8Array,
): Task<EncodedContent> {
  const atHand = versions.map((version) => version.value);
  const read = yield* values.read(versions.filter((_, index) => atHand[index] === undefined));
  // Others' events go first: encoding and hashing a chunk takes a while.
  yield* until(core.at.monotonicMs);
  const whole: Version[] = versions.map((version, index) => ({
    ...version,
    value: atHand[index] ?? read.get(version),
  }));
  const { bytes: body, keysBytes } = encodeChunk({ versions: whole }, core.digest, core.configuration.compression);
  const hash = contentHash(body, core.digest);
  const key = chunkKey(core.home, hash, attempt);
  const firstKey = versions[0]!.key;
  const reference = { key, hash, bytes: body.length, keysBytes, firstKey, continues, versions: versions.length };
  return { reference, body };
}

/** Pages with the very chunks of one of the base are that one. */
function* writePages(
  core: Core,
  base: CheckpointBase | undefined,
  references: readonly ChunkReference[],
  uploads: Uploads,
): Task<readonly LoadedPage[] | string> {
  const known = new Map(base?.pages.map((page) => [page.chunks[0]!.key, page]));
  const pages: LoadedPage[] = [];
  for (const chunks of pagesOf(references)) {
    const same = known.get(chunks[0]!.key);
    if (same !== undefined && holdsSame(same.chunks, chunks) && !core.unusableObjects.has(same.reference.key)) {
      pages.push(same);
      continue;
    }
    const body = encodePage({ chunks }, core.digest);
    const hash = contentHash(body, core.digest);
    const key = pageKey(core.home, hash, uploads.attempt);
    const { firstKey } = chunks[0]!;
    pages.push({ reference: { key, hash, bytes: body.length, firstKey, chunks: chunks.length }, chunks });
    uploads.progress.pagesWritten += 1;
    const failure = yield* uploads.add(key, body);
    if (failure !== undefined) return failure;
    yield* until(core.at.monotonicMs);
  }
  // The checkpoint names them: it comes last.
  return (yield* uploads.flush()) ?? pages;
}

function holdsSame(left: readonly ChunkReference[], right: readonly ChunkReference[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ key, continues }, index) => key === right[index]!.key && continues === right[index]!.continues)
  );
}

/** Uploads under names of this attempt alone, several at once, no more than so many bytes waiting. */
interface Uploads {
  readonly attempt: Uint8Array;
  readonly progress: Progress;
  /** A text says which upload failed. */
  add(key: string, body: Uint8Array, done?: () => void): Task<string | undefined>;
  flush(): Task<string | undefined>;
}

interface Upload {
  readonly key: string;
  readonly body: Uint8Array;
  readonly done: (() => void) | undefined;
}

function createUploads(core: Core, progress: Progress): Uploads {
  let waiting: Upload[] = [];
  let bytes = 0;

  function* flush(): Task<string | undefined> {
    const batch = waiting;
    waiting = [];
    bytes = 0;
    const failures = yield* all(batch.map((upload) => putContent(core, upload, progress)));
    return failures.find((failure) => failure !== undefined);
  }

  return {
    attempt: freshAttempt(core),
    progress,
    *add(key, body, done) {
      waiting.push({ key, body, done });
      bytes += body.length;
      if (waiting.length < uploadsAtOnce && bytes < uploadBytesAtOnce) return undefined;
      return yield* flush();
    },
    flush,
  };
}

/** The name is this attempt's alone: what is there already, and is whole, is what was to be written. */
function* putContent(core: Core, { key, body, done }: Upload, progress: Progress): Task<string | undefined> {
  const put = yield* settledPut(core, key, body, { kind: 'absent' });
  if (put.kind !== 'ours') {
    const read = yield* readDecoded(core, key, (found) =>
      equalBytes(found, body) ? { kind: 'ok', value: undefined } : { kind: 'damaged', damage: undefined },
    );
    if (read.kind !== 'ok') return `${key} does not hold what was written there a moment ago`;
  }
  progress.bytesUploaded += body.length;
  done?.();
  progress.report();
  return undefined;
}
