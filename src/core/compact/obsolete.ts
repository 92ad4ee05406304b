import { isTombstone, type Version } from '../types/version.ts';

/**
 * What a compaction at revision C makes obsolete among one key's versions: each below C that a newer one at or below C replaces, and a
 * tombstone below C. What happened at C itself stays, a tombstone too: a watcher may start there. They are always the key's oldest.
 */
export function obsoleteVersions(versions: readonly Version[], compactRevision: number, countMax: number): number {
  const end = Math.min(versions.length, countMax);
  let count = 0;
  while (count < end && isObsolete(versions[count]!, versions[count + 1], compactRevision)) count += 1;
  return count;
}

export function firstObsolete(versions: readonly Version[], compactRevision: number): Version | undefined {
  const first = versions[0];
  return first !== undefined && isObsolete(first, versions[1], compactRevision) ? first : undefined;
}

function isObsolete(version: Version, next: Version | undefined, compactRevision: number): boolean {
  if (version.modRevision >= compactRevision) return false;
  return isTombstone(version) || (next !== undefined && next.modRevision <= compactRevision);
}
