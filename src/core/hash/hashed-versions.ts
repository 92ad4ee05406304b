import { eachKey, inOrder, inPieces, type Piece } from '../state/in-pieces.ts';
import type { State } from '../state/state.ts';
import { isTombstone, type Version } from '../types/version.ts';
import { castagnoli } from './castagnoli.ts';

/**
 * etcd's hash of a state at a revision R with the last compaction at C: CRC-32 (Castagnoli) of the word "key", and in the order of
 * revisions of each version that counts.
 *
 * Those above C, up to R, count, deletions too. Of those at or below C the ones that are a key's value at R count: the others wait to be
 * deleted, or are deleted already. If no key exists at R, etcd leaves nothing out that is there: that is, where its compaction
 * has ended, what existed at C.
 *
 * So the hash is a function of the log up to R, and of C: not of how far a compaction has come, nor of who computes it.
 */
export interface HashedState {
  readonly revision: number;
  /** Not below what the state has settled, not above its head; 0: none. */
  readonly compactRevision: number;
}

/** What every hash begins with: the name under which etcd keeps versions. */
export const hashOfNothing = castagnoli(Uint8Array.of(0x6b, 0x65, 0x79));

/**
 * The versions that count, in order; a `pause` wherever whoever drives it may let others go first. The state may move on meanwhile, its scrub
 * may not. Everything above the compaction is noted before the first pause.
 */
export function* hashedVersions(state: State, { revision, compactRevision }: HashedState): Generator<Piece> {
  const above = state.history.between(compactRevision + 1, revision);
  const below = yield* existingBelow(state, revision, compactRevision);
  yield* inPieces(yield* inOrder(below));
  yield* inPieces(above);
}

/** The values at R, at or below C: if there is none at all, those at C. */
function* existingBelow(state: State, revision: number, compactRevision: number): Generator<Piece, Version[]> {
  const existing: Version[] = [];
  if (compactRevision === 0) return existing;
  let anyKey = false;
  for (const at of [revision, compactRevision]) {
    yield* eachKey(state, (versions) => {
      const version = newestAt(versions, at);
      if (version === undefined || isTombstone(version)) return;
      anyKey = true;
      if (version.modRevision <= Math.min(compactRevision, revision)) existing.push(version);
    });
    if (anyKey) break;
  }
  return existing;
}

function newestAt(versions: readonly Version[], revision: number): Version | undefined {
  for (let index = versions.length - 1; index >= 0; index--) {
    if (versions[index]!.modRevision <= revision) return versions[index];
  }
  return undefined;
}
