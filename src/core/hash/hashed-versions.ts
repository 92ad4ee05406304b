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

/** Keys looked at, or versions put in order, in one piece. */
const versionsPerPause = 4_096;
/** Versions whose values are read together. */
const pieceVersionsMax = 512;
const pieceValueBytesMax = 1024 * 1024;

export type Piece = { readonly kind: 'pause' } | { readonly kind: 'versions'; readonly versions: readonly Version[] };

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

function* eachKey(state: State, visit: (versions: readonly Version[]) => void): Generator<Piece, void> {
  let from: string | undefined = '';
  while (from !== undefined) {
    let seen = 0;
    let next: string | undefined;
    state.index.visitKeys(from, undefined, (versions, key) => {
      seen += versions.length;
      if (seen > versionsPerPause && key !== from) {
        next = key;
        return false;
      }
      visit(versions);
      return true;
    });
    from = next;
    yield { kind: 'pause' };
  }
}

/** Merges runs that are in order into longer ones, a piece at a time. */
function* inOrder(versions: readonly Version[]): Generator<Piece, readonly Version[]> {
  let runs: Version[][] = [];
  for (let first = 0; first < versions.length; first += versionsPerPause) {
    runs.push(versions.slice(first, first + versionsPerPause).sort(byRevision));
    yield { kind: 'pause' };
  }
  while (runs.length > 1) {
    const merged: Version[][] = [];
    for (let index = 0; index < runs.length; index += 2) {
      merged.push(yield* merge(runs[index]!, runs[index + 1] ?? []));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* merge(left: readonly Version[], right: readonly Version[]): Generator<Piece, Version[]> {
  const merged: Version[] = [];
  let fromLeft = 0;
  while (merged.length < left.length + right.length) {
    const one = left[fromLeft];
    const other = right[merged.length - fromLeft];
    const isLeft = other === undefined || (one !== undefined && byRevision(one, other) < 0);
    merged.push(isLeft ? one! : other);
    if (isLeft) fromLeft += 1;
    if (merged.length % versionsPerPause === 0) yield { kind: 'pause' };
  }
  return merged;
}

function byRevision(left: Version, right: Version): number {
  return left.modRevision - right.modRevision || left.sub - right.sub;
}

function* inPieces(versions: readonly Version[]): Generator<Piece, void> {
  let piece: Version[] = [];
  let bytes = 0;
  for (const version of versions) {
    if (piece.length > 0 && (piece.length === pieceVersionsMax || bytes + version.valueBytes > pieceValueBytesMax)) {
      yield { kind: 'versions', versions: piece };
      piece = [];
      bytes = 0;
    }
    piece.push(version);
    bytes += version.valueBytes;
  }
  if (piece.length > 0) yield { kind: 'versions', versions: piece };
}
