import { assert } from '../assert.ts';
import type { Version } from '../types/version.ts';

/**
 * The retained versions in order of (modRevision, sub): what feeds watchers. A queue: new versions come in at the end, compaction takes
 * them out at the front.
 *
 * Invariants:
 * - From `orderedFrom` on the versions ascend. Those below it are no history any more: they wait at the front, in any order, for
 *   their keys to be scrubbed.
 */
export interface History {
  size(): number;
  /** The version at a position counted from the front. */
  get(position: number): Version | undefined;
  append(version: Version): void;
  dropFirst(): void;
  /** Versions with `from <= modRevision <= to` in order, until the visitor returns false. */
  visit(from: number, to: number, visitor: (version: Version) => boolean): void;
  /** The same as an array. */
  between(from: number, to: number): Version[];
  /** Nothing below this revision is asked for again. */
  cut(revision: number): void;
}

/** Slots at the front that may lie empty before the rest is moved down. */
const emptySlotsMax = 1_024;

export function createHistory(): History {
  let versions: (Version | undefined)[] = [];
  let front = 0;
  let orderedFrom = 0;

  function firstNotBelow(revision: number): number {
    let low = front;
    let high = versions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (versions[middle]!.modRevision < revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    size: () => versions.length - front,

    get: (position) => versions[front + position],

    append(version) {
      versions.push(version);
    },

    dropFirst() {
      assert(front < versions.length, 'only what is there can be dropped');
      versions[front] = undefined;
      front += 1;
      if (front <= emptySlotsMax || front * 2 <= versions.length) return;
      versions = versions.slice(front);
      front = 0;
    },

    visit(from, to, visitor) {
      assert(from >= orderedFrom, 'history below a compaction is gone');
      for (let index = firstNotBelow(from); index < versions.length; index++) {
        const version = versions[index]!;
        if (version.modRevision > to || !visitor(version)) return;
      }
    },

    between(from, to) {
      assert(from >= orderedFrom, 'history below a compaction is gone');
      const start = firstNotBelow(from);
      return to < from ? [] : (versions.slice(start, firstNotBelow(to + 1)) as Version[]);
    },

    cut(revision) {
      assert(revision >= orderedFrom, 'a compaction never goes back');
      orderedFrom = revision;
    },
  };
}
