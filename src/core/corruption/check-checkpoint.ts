import { unitsOf, type Unit } from '../checkpoint/checkpoint-units.ts';
import type { Core } from '../core.ts';
import { readCheckpoint, readChunk, readPage } from '../store/read-reference.ts';
import { all, type Task } from '../task.ts';
import type { Checkpoint, CheckpointReference, ChunkReference } from '../types/log.ts';
import type { Version } from '../types/version.ts';
import { compareRange, compareValues } from './compare-versions.ts';
import { mismatchOf, type Mismatch, type Scope } from './mismatch.ts';
import type { ServedState } from './served-state.ts';

/** A checkpoint, every object of it, each against the reference that names it; and its content against what is served. */
export interface CheckedCheckpoint {
  /** Undefined: the object itself cannot be used. */
  readonly checkpoint: Checkpoint | undefined;
  readonly mismatches: readonly Mismatch[];
  readonly objects: number;
}

const pagesAtOnce = 4;
const unitsAtOnce = 4;
/** What is wrong is known by then. */
const mismatchesMax = 16;

export function* checkCheckpoint(
  core: Core,
  reference: CheckpointReference,
  databaseId: Uint8Array,
  served: ServedState,
): Task<CheckedCheckpoint> {
  const scope: Scope = { kind: 'checkpoint', checkpoint: reference.key };
  const read = yield* readCheckpoint(core, reference, databaseId);
  if (read.kind !== 'ok') return { checkpoint: undefined, mismatches: [mismatchOf(read, scope)!], objects: 1 };
  const checkpoint = read.value;
  const { chunks, mismatches } = yield* readPages(core, checkpoint, scope);
  let objects = 1 + checkpoint.pages.length;
  // With a page missing nobody can tell which keys the chunks beside it stand for.
  const units = mismatches.length === 0 ? unitsOf(chunks) : [];
  for (let first = 0; first < units.length && mismatches.length < mismatchesMax; first += unitsAtOnce) {
    const batch = units.slice(first, first + unitsAtOnce);
    objects += batch.reduce((sum, { references }) => sum + references.length, 0);
    const found = yield* all(batch.map((unit) => checkUnit(core, unit, checkpoint, scope, served)));
    mismatches.push(...found.flat());
  }
  return { checkpoint, mismatches, objects };
}

function* readPages(
  core: Core,
  { pages }: Checkpoint,
  scope: Scope,
): Task<{ readonly chunks: readonly ChunkReference[]; readonly mismatches: Mismatch[] }> {
  const chunks: ChunkReference[] = [];
  const mismatches: Mismatch[] = [];
  for (let first = 0; first < pages.length; first += pagesAtOnce) {
    const read = yield* all(pages.slice(first, first + pagesAtOnce).map((page) => readPage(core, page)));
    for (const page of read) {
      const mismatch = mismatchOf(page, scope);
      if (mismatch !== undefined) mismatches.push(mismatch);
      if (page.kind === 'ok') for (const chunk of page.value.chunks) chunks.push(chunk);
    }
  }
  return { chunks, mismatches };
}

function* checkUnit(
  core: Core,
  { firstKey, before, references }: Unit,
  { position }: Checkpoint,
  scope: Scope,
  served: ServedState,
): Task<readonly Mismatch[]> {
  const mismatches: Mismatch[] = [];
  const versions: Version[] = [];
  for (const reference of references) {
    const chunk = yield* readChunk(core, reference);
    const mismatch = mismatchOf(chunk, scope);
    if (mismatch !== undefined) mismatches.push(mismatch);
    if (chunk.kind !== 'ok') continue;
    const different = yield* compareValues(served, chunk.value);
    if (different !== undefined) mismatches.push(contentOf(reference.key, different, scope));
    for (const version of chunk.value) versions.push({ ...version, value: undefined });
  }
  if (mismatches.length > 0) return mismatches;
  const range = { from: firstKey, before, revision: position.revision, versions };
  const different = yield* compareRange(core, served.state, range);
  if (different === undefined) return [];
  // The range before the first chunk has none of its own: the checkpoint lacks what is there.
  const keys = references.length === 0 ? [checkpointOf(scope)] : references.map(({ key }) => key);
  return keys.map((key) => contentOf(key, different, scope));
}

function contentOf(key: string, different: string, scope: Scope): Mismatch {
  return { key, kind: 'content', what: `${key}: ${different}`, scope };
}

function checkpointOf(scope: Scope): string {
  return scope.kind === 'checkpoint' ? scope.checkpoint : '';
}
