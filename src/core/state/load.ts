import { assert } from '../assert.ts';
import type { Alarms } from '../types/alarm.ts';
import type { AuthState } from '../types/auth.ts';
import type { LeaseId } from '../types/bytes.ts';
import { isTombstone, type Version } from '../types/version.ts';
import { firstObsolete } from '../compact/obsolete.ts';
import { countVersion, enterHead, revisionInitial, type State } from './state.ts';

/**
 * Filling an empty state from a checkpoint or the local store: tables, and keys in any order with each key's versions ascending; then
 * `finishLoading`, once, before anything else is asked of the state.
 */
export function loadVersion(state: State, version: Version): void {
  state.index.append(version);
  countVersion(state, version);
}

export function loadTables(state: State, { leases, auth, alarms }: LoadedTables): void {
  for (const [lease, ttlSeconds] of leases) state.leases.grant(lease, ttlSeconds);
  state.auth = auth;
  state.alarms = alarms;
}

interface LoadedTables {
  /** With their time to live, in seconds. */
  readonly leases: ReadonlyMap<LeaseId, number>;
  readonly auth: AuthState;
  readonly alarms: Alarms;
}

export function finishLoading(state: State, revision: number, compactRevision: number): void {
  assert(state.revision === revisionInitial && state.history.size() === 0, 'a state is loaded once, from empty');
  assert(
    revision >= revisionInitial && compactRevision >= 0 && compactRevision <= revision,
    'a loaded position is possible',
  );
  state.revision = revision;
  state.compactRevision = compactRevision;
  state.settledCompactRevision = compactRevision;

  const recent: Version[] = [];
  state.index.visitKeys('', undefined, (versions) => {
    const newest = versions[versions.length - 1]!;
    assert(newest.modRevision <= revision, 'a loaded version is not of the future');
    if (!isTombstone(newest)) enterHead(state, newest);
    // What a compaction left over is scrubbed again: the key waits for it at the front of the history.
    const obsolete = firstObsolete(versions, compactRevision);
    if (obsolete !== undefined) state.history.append(obsolete);
    for (let index = versions.length - 1; index >= 0; index--) {
      if (versions[index]!.modRevision < compactRevision) break;
      recent.push(versions[index]!);
    }
    return true;
  });
  recent.sort((left, right) => left.modRevision - right.modRevision || left.sub - right.sub);
  for (const version of recent) state.history.append(version);
  state.history.cut(compactRevision);
}
