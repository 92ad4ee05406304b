import { assert } from '../assert.ts';
import { bytesOfVersion, type State } from '../state/state.ts';
import type { Version } from '../types/version.ts';
import { obsoleteVersions } from './obsolete.ts';

/**
 * The later two moments of a compaction: it is settled when its record is durable (from then on nothing is read below it), then its
 * obsolete versions are dropped little by little.
 *
 * Only a key that was written since the last compaction, or at it, can have versions that became obsolete: the scrub goes over the
 * front of the history, not over all keys. Entries below the compaction leave the history as it passes them.
 */
export function settleCompaction(state: State, revision: number): void {
  assert(revision <= state.compactRevision, 'a compaction is admitted before it is settled');
  if (revision <= state.settledCompactRevision) return;
  state.settledCompactRevision = revision;
  state.scrubbedEntries = 0;
  state.history.cut(revision);
}

export interface Scrubbed {
  /** Gone from the state. Whoever still holds one may go on reading it. */
  readonly dropped: readonly Version[];
  readonly done: boolean;
}

/** Drops at most so many versions, and goes over at most so many entries of the history. */
export function scrub(state: State, versionsMax: number): Scrubbed {
  assert(versionsMax > 0, 'a scrub may drop something');
  const revision = state.settledCompactRevision;
  const dropped: Version[] = [];
  for (let entries = 0; entries < versionsMax; entries++) {
    const entry = state.history.get(state.scrubbedEntries);
    if (entry === undefined || entry.modRevision > revision) return { dropped, done: true };
    const budget = versionsMax - dropped.length;
    const obsolete = obsoleteVersions(state.index.versionsOf(entry.key), revision, budget);
    if (obsolete > 0) drop(state, entry, obsolete, dropped);
    if (obsolete === budget) return { dropped, done: false };
    if (entry.modRevision < revision) state.history.dropFirst();
    else state.scrubbedEntries += 1;
  }
  return { dropped, done: false };
}

function drop(state: State, entry: Version, count: number, dropped: Version[]): void {
  for (const version of state.index.dropOldest(entry.key, count)) {
    state.versions -= 1;
    state.bytesTotal -= bytesOfVersion(version);
    dropped.push(version);
  }
}
