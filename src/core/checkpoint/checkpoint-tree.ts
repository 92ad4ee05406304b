import { log, type Core } from '../core.ts';
import { all, type Task } from '../task.ts';
import { readCheckpoint, readPage, type Referenced } from '../store/read-reference.ts';
import type { Checkpoint, CheckpointReference, ChunkReference, Manifest, PageReference } from '../types/log.ts';

/**
 * A checkpoint without its chunks: what it names, and where that is. What cannot be read is remembered, so that nothing new is made to
 * rest on it.
 */
export interface CheckpointTree {
  readonly checkpoint: Checkpoint;
  readonly pages: readonly LoadedPage[];
}

export type Unreadable = Exclude<Referenced<never>, { readonly kind: 'ok' }>;

export interface LoadedPage {
  readonly reference: PageReference;
  readonly chunks: readonly ChunkReference[];
}

const pagesAtOnce = 8;

/** A text says what is damaged. `databaseId` undefined: of any database. */
export function* readCheckpointTree(
  core: Core,
  reference: CheckpointReference,
  databaseId: Uint8Array | undefined,
): Task<CheckpointTree | string> {
  const read = yield* readCheckpoint(core, reference, databaseId);
  if (read.kind !== 'ok') return unusable(core, read);
  const checkpoint = read.value;
  const pages: LoadedPage[] = [];
  for (let first = 0; first < checkpoint.pages.length; first += pagesAtOnce) {
    const some = checkpoint.pages.slice(first, first + pagesAtOnce);
    const found = yield* all(some.map((page) => readPage(core, page)));
    for (const [index, page] of found.entries()) {
      if (page.kind !== 'ok') return unusable(core, page);
      pages.push({ reference: some[index]!, chunks: page.value.chunks });
    }
  }
  return { checkpoint, pages };
}

/** Keeps in mind that the object is damaged or missing; returns why. */
export function unusable(core: Core, { key, reason }: Unreadable): string {
  core.unusableObjects.add(key);
  return reason;
}

/** What a checkpoint is built upon: one that went before it, of this database or of the one that it began from. */
export interface CheckpointBase {
  readonly revision: number;
  readonly pages: readonly LoadedPage[];
}

/** The newest that can be read; undefined: a checkpoint has to be written whole. */
export function* readCheckpointBase(core: Core, manifest: Manifest): Task<CheckpointBase | undefined> {
  const own = manifest.checkpoints.toReversed().map((reference) => ({ reference, databaseId: manifest.databaseId }));
  const inherited = manifest.base?.checkpoint;
  const candidates = inherited === undefined ? own : [...own, { reference: inherited, databaseId: undefined }];
  for (const { reference, databaseId } of candidates) {
    if (core.unusableObjects.has(reference.key)) continue;
    const tree = yield* readCheckpointTree(core, reference, databaseId);
    if (typeof tree !== 'string') return { revision: tree.checkpoint.position.revision, pages: tree.pages };
    log(core, 'error', 'checkpoint cannot be built upon; going back to the one before it', {
      checkpoint: reference.key,
      reason: tree,
    });
  }
  return undefined;
}
