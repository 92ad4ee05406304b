import { log, type Core } from '../core.ts';
import { decodeCheckpoint } from '../format/checkpoint.ts';
import { describeDamage } from '../format/damage.ts';
import { decodePage } from '../format/page.ts';
import { readDecoded } from '../store/objects.ts';
import { all, type Task } from '../task.ts';
import type { Checkpoint, CheckpointReference, ChunkReference, Manifest, PageReference } from '../types/log.ts';

/**
 * A checkpoint without its chunks: what it names, and where that is. What cannot be read is remembered, so that nothing new is made to
 * rest on it.
 */
export interface CheckpointTree {
  readonly checkpoint: Checkpoint;
  readonly pages: readonly LoadedPage[];
}

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
  const checkpoint = yield* readCheckpoint(core, reference, databaseId);
  if (typeof checkpoint === 'string') return unusable(core, reference.key, checkpoint);
  const pages: LoadedPage[] = [];
  for (let first = 0; first < checkpoint.pages.length; first += pagesAtOnce) {
    const some = checkpoint.pages.slice(first, first + pagesAtOnce);
    for (const page of yield* all(some.map((each) => readPage(core, each)))) {
      if (typeof page === 'string') return page;
      pages.push(page);
    }
  }
  return { checkpoint, pages };
}

function* readCheckpoint(
  core: Core,
  { key, hash, slot, sequence }: CheckpointReference,
  databaseId: Uint8Array | undefined,
): Task<Checkpoint | string> {
  const read = yield* readDecoded(core, key, (body) => decodeCheckpoint(key, body, core.digest, { hash, databaseId }));
  if (read.kind === 'missing') return `${key} is missing`;
  if (read.kind === 'damaged') return describeDamage(read.damage);
  const { position } = read.value;
  if (position.slot !== slot || position.sequence !== sequence) {
    return `${key} is a checkpoint of slot ${position.slot}, but the manifest names it for slot ${slot}`;
  }
  return read.value;
}

function* readPage(core: Core, reference: PageReference): Task<LoadedPage | string> {
  const { key, hash } = reference;
  const read = yield* readDecoded(core, key, (body) => decodePage(key, body, core.digest, { hash }));
  if (read.kind === 'missing') return unusable(core, key, `${key} is missing`);
  if (read.kind === 'damaged') return unusable(core, key, describeDamage(read.damage));
  const { chunks } = read.value;
  if (chunks.length !== reference.chunks || chunks[0]?.firstKey !== reference.firstKey) {
    return unusable(core, key, `${key} holds other chunks than its checkpoint says`);
  }
  return { reference, chunks };
}

/** Keeps in mind that the object is damaged or missing. */
export function unusable(core: Core, key: string, reason: string): string {
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
    const tree = yield* readCheckpointTree(core, reference, databaseId);
    if (typeof tree !== 'string') return { revision: tree.checkpoint.position.revision, pages: tree.pages };
    log(core, 'error', 'checkpoint cannot be built upon; going back to the one before it', {
      checkpoint: reference.key,
      reason: tree,
    });
  }
  return undefined;
}
