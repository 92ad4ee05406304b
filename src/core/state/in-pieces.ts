import type { Version } from '../types/version.ts';
import type { State } from './state.ts';

/**
 * Going over many versions a piece at a time, with a `pause` wherever whoever drives it may let others go first. The state may move on
 * meanwhile, its scrub may not.
 */

/** Keys looked at, or versions put in order, in one piece. */
const versionsPerPause = 4_096;
/** Versions whose values are read together. */
const pieceVersionsMax = 512;
const pieceValueBytesMax = 1024 * 1024;

export type Piece = { readonly kind: 'pause' } | { readonly kind: 'versions'; readonly versions: readonly Version[] };

/** All that the state has of each key, key by key. */
export function* eachKey(state: State, visit: (versions: readonly Version[]) => void): Generator<Piece, void> {
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

/** By revision: merges runs that are in order into longer ones, a piece at a time. */
export function* inOrder(versions: readonly Version[]): Generator<Piece, readonly Version[]> {
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

/** Few enough, and small enough together, that their values can be in memory at once. */
export function* inPieces(versions: readonly Version[]): Generator<Piece, void> {
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
