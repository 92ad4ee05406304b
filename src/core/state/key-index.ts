import { assert } from '../assert.ts';
import type { ByteString } from '../types/bytes.ts';
import type { KeyRange } from '../types/key-range.ts';
import { isTombstone, type Version } from '../types/version.ts';
import { endOfRange } from './key-range.ts';
import { createOrderedMap, type Block } from './ordered-map.ts';

/**
 * Every retained version of every key.
 *
 * Invariants:
 * - The versions of a key ascend by (modRevision, sub). One revision may hold several of one key: a put and a delete whose overlap etcd's
 *   check does not see.
 * - A key without versions is not in the index.
 * - An answer at a revision is the newest version at or below it; a tombstone there means that the key did not exist.
 */
export interface KeyIndex {
  /** The key's version at the head; undefined when it does not exist. */
  latest(key: ByteString): Version | undefined;
  /** The key's version at a revision, as `latest`. */
  at(key: ByteString, revision: number): Version | undefined;
  /** All versions of the key, ascending, tombstones included. Not to be changed, nor kept. */
  versionsOf(key: ByteString): readonly Version[];
  /** Keys that exist at the revision, ascending, until the visitor returns false. The index must not change meanwhile. */
  visit(range: KeyRange, revision: number, visitor: (version: Version) => boolean): void;
  /** How many keys exist at the revision. */
  count(range: KeyRange, revision: number): number;
  /**
   * All versions of the keys of `[from, before)`, key by key, until the visitor returns false. `before` undefined: to the end. The index must not
   * change meanwhile, nor may the visitor keep what it is given.
   */
  visitKeys(
    from: ByteString,
    before: ByteString | undefined,
    visitor: (versions: readonly Version[], key: ByteString) => boolean,
  ): void;
  /** Adds the key's newest version. */
  append(version: Version): void;
  /** Removes some of the key's oldest versions. */
  dropOldest(key: ByteString, count: number): readonly Version[];
}

export function createKeyIndex(): KeyIndex {
  const keys = createOrderedMap<Version[], Liveness>();

  function at(key: ByteString, revision: number): Version | undefined {
    const versions = keys.get(key);
    return versions === undefined ? undefined : liveAt(versions, revision);
  }

  return {
    latest: (key) => at(key, Number.MAX_SAFE_INTEGER),
    at,
    versionsOf: (key) => keys.get(key) ?? noVersions,

    visit(range, revision, visitor) {
      if (range.rangeEnd === undefined) {
        const version = at(range.key, revision);
        if (version !== undefined) visitor(version);
        return;
      }
      keys.visit(range.key, endOfRange(range.rangeEnd), (versions) => {
        const version = liveAt(versions, revision);
        return version === undefined || visitor(version);
      });
    },

    count(range, revision) {
      if (range.rangeEnd === undefined) return at(range.key, revision) === undefined ? 0 : 1;
      let count = 0;
      keys.visitBlocks(range.key, endOfRange(range.rangeEnd), (block, start, end) => {
        const isWhole = start === 0 && end === block.keys.length;
        count += isWhole ? countBlock(block, revision) : countBetween(block.values, start, end, revision);
        return true;
      });
      return count;
    },

    visitKeys(from, before, visitor) {
      keys.visit(from, before, visitor);
    },

    append(version) {
      const versions = keys.get(version.key);
      if (versions === undefined) {
        keys.set(version.key, [version]);
        return;
      }
      assert(isAfter(version, versions[versions.length - 1]!), 'versions of a key arrive in order');
      versions.push(version);
      keys.touch(version.key);
    },

    dropOldest(key, count) {
      const versions = keys.get(key);
      assert(versions !== undefined && versions.length >= count, 'only versions that are there can be dropped');
      if (versions.length === count) {
        keys.delete(key);
        return versions;
      }
      return versions.splice(0, count);
    },
  };
}

/** How many keys of a block exist at any revision from `newest` on. */
interface Liveness {
  readonly newest: number;
  readonly live: number;
}

/** Large ranges are counted by blocks: only those that were written since they were counted last are looked into. */
function countBlock(block: Block<Version[], Liveness>, revision: number): number {
  if (block.summary !== undefined && block.summary.newest <= revision) return block.summary.live;
  let newest = 0;
  let live = 0;
  for (const versions of block.values) {
    newest = Math.max(newest, versions[versions.length - 1]!.modRevision);
    if (liveAt(versions, revision) !== undefined) live += 1;
  }
  if (newest <= revision) block.summary = { newest, live };
  return live;
}

function countBetween(ofKeys: readonly (readonly Version[])[], start: number, end: number, revision: number): number {
  let count = 0;
  for (let position = start; position < end; position++) {
    if (liveAt(ofKeys[position]!, revision) !== undefined) count += 1;
  }
  return count;
}

const noVersions: readonly Version[] = [];

function isAfter(version: Version, other: Version): boolean {
  if (version.modRevision !== other.modRevision) return version.modRevision > other.modRevision;
  return version.sub > other.sub;
}

function liveAt(versions: readonly Version[], revision: number): Version | undefined {
  const newest = versions[versions.length - 1]!;
  const version = newest.modRevision <= revision ? newest : newestAt(versions, revision);
  return version === undefined || isTombstone(version) ? undefined : version;
}

function newestAt(versions: readonly Version[], revision: number): Version | undefined {
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (versions[middle]!.modRevision <= revision) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? undefined : versions[low - 1];
}
