import { assert } from '../assert.ts';
import type { ByteString } from '../types/bytes.ts';
import type { Version } from '../types/version.ts';
import type { State } from './state.ts';

export interface VersionsPage {
  /** Ascending by key, then by (modRevision, sub). Whole keys. */
  readonly versions: readonly Version[];
  /** Where the next page starts; undefined: this was the last. */
  readonly afterKey: ByteString | undefined;
}

/**
 * What the state retains of revisions up to `revisionMax`, page by page, for a checkpoint. Writes may come in between the pages (they are
 * above `revisionMax`); a scrub may not. A page ends with the key that fills it.
 */
export function versionsFrom(
  state: State,
  afterKey: ByteString | undefined,
  revisionMax: number,
  versionsMax: number,
): VersionsPage {
  assert(versionsMax > 0, 'a page holds something');
  const versions: Version[] = [];
  let last: ByteString | undefined;
  state.index.visitKeys(afterKey, (ofKey, key) => {
    for (const version of ofKey) if (version.modRevision <= revisionMax) versions.push(version);
    if (versions.length < versionsMax) return true;
    last = key;
    return false;
  });
  return { versions, afterKey: last };
}
