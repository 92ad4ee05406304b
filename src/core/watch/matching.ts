import type { ByteString } from '../types/bytes.ts';
import type { Version } from '../types/version.ts';
import { isTombstone } from '../types/version.ts';
import type { IntervalTree } from './interval-tree.ts';
import { createIntervalTree } from './interval-tree.ts';
import type { Watcher } from './watcher.ts';

/**
 * Which watchers a version concerns. Watchers of one key stand in a map, watchers of a range in an interval tree with one node for each
 * distinct range: a version costs O(log ranges + matches), however many watchers there are.
 */
export interface Matching {
  readonly watchers: ReadonlySet<Watcher>;
  add(watcher: Watcher): void;
  remove(watcher: Watcher): void;
  /** Each watcher of the version's key once, in an order that depends on the calls alone. The set must not change meanwhile. */
  visit(key: ByteString, visitor: (watcher: Watcher) => void): void;
}

export function createMatching(): Matching {
  const watchers = new Set<Watcher>();
  const byKey = new Map<ByteString, Set<Watcher>>();
  const byRange: IntervalTree<Set<Watcher>> = createIntervalTree();

  return {
    watchers,
    add(watcher) {
      const { start, end } = watcher.range;
      watchers.add(watcher);
      const sharing = end === undefined ? byKey.get(start) : byRange.get(start, end);
      if (sharing !== undefined) {
        sharing.add(watcher);
        return;
      }
      if (end === undefined) byKey.set(start, new Set([watcher]));
      else byRange.add(start, end, new Set([watcher]));
    },
    remove(watcher) {
      const { start, end } = watcher.range;
      watchers.delete(watcher);
      const sharing = end === undefined ? byKey.get(start) : byRange.get(start, end);
      if (sharing === undefined || !sharing.delete(watcher) || sharing.size > 0) return;
      if (end === undefined) byKey.delete(start);
      else byRange.remove(start, end);
    },
    visit(key, visitor) {
      byKey.get(key)?.forEach(visitor);
      byRange.visit(key, (sharing) => sharing.forEach(visitor));
    },
  };
}

/** A version of a watched key that the watcher wants to hear of. */
export function wanted(watcher: Watcher, version: Version): boolean {
  if (version.modRevision < watcher.startRevision) return false;
  return isTombstone(version) ? !watcher.noDelete : !watcher.noPut;
}
