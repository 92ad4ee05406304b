import { expect, test } from 'vitest';
import type { Version } from '../types/version.ts';
import { retainedVersions } from './retained-versions.ts';

/** A revision each; a negative one is a deletion. */
function versions(...revisions: readonly number[]): readonly Version[] {
  return revisions.map((revision) => ({
    key: 'k',
    modRevision: Math.abs(revision),
    sub: 0,
    createRevision: revision < 0 ? 0 : 1,
    version: revision < 0 ? 0 : 1,
    lease: 0n,
    valueBytes: 0,
    value: undefined,
  }));
}

test.each<[readonly number[], number, number, readonly number[]]>([
  [[2, 4, 6], 9, 0, [2, 4, 6]],
  [[2, 4, 6], 5, 0, [2, 4]],
  [[2, 4, 6], 1, 0, []],
  [[2, 4, 6], 9, 5, [4, 6]],
  [[2, 4, 6], 9, 6, [6]],
  [[2, 4, 6], 9, 9, [6]],
  // A deletion below the compaction is gone, at it or above it stays.
  [[2, -4], 9, 5, []],
  [[2, -4], 9, 4, [-4]],
  [[2, -4], 9, 3, [2, -4]],
  [[2, -4, 7], 9, 5, [7]],
  // What comes above the position's revision changes nothing.
  [[2, -8], 7, 5, [2]],
])('%j at revision %i, compacted at %i', (all, revision, compactRevision, kept) => {
  const ofKey = versions(...all);
  const { start, end } = retainedVersions(ofKey, { revision, compactRevision });
  expect(ofKey.slice(start, end)).toEqual(versions(...kept));
});
