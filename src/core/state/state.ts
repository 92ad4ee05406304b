import { noAlarms } from '../alarm/alarms.ts';
import type { Alarms } from '../types/alarm.ts';
import { authInitial } from '../auth/auth-state.ts';
import type { AuthState } from '../types/auth.ts';
import { noLease } from '../types/bytes.ts';
import { isTombstone, type Version } from '../types/version.ts';
import { createHistory, type History } from './history.ts';
import { createKeyIndex, type KeyIndex } from './key-index.ts';
import { createLeaseTable, type LeaseTable } from './lease-table.ts';

/**
 * The multi-version state: the effect of every admitted record, of those that are not yet durable too. What a client may see is chosen by
 * the revision at which it is read.
 *
 * Invariants:
 * - Every answer at a revision from `settledCompactRevision` to `revision` is exact.
 * - `settledCompactRevision <= compactRevision <= revision`.
 * - Dropping versions below a settled compaction changes no answer.
 */
export interface State {
  /** The head: the revision of the last write. An empty store is at revision 1. */
  revision: number;
  /** Of the last admitted compaction; 0 before the first. Later requests are held against it. */
  compactRevision: number;
  /** Of the last durable compaction: no read goes below it any more. */
  settledCompactRevision: number;
  readonly index: KeyIndex;
  readonly history: History;
  readonly leases: LeaseTable;
  auth: AuthState;
  alarms: Alarms;
  /** Bytes of keys and values of all retained versions. */
  bytesTotal: number;
  /** The same of those that exist at the head. */
  bytesInUse: number;
  /** Keys that exist at the head. */
  keys: number;
  /** Versions retained, tombstones included. */
  versions: number;
  /** Entries at the front of the history that the scrub has been over and that stay in the history. */
  scrubbedEntries: number;
}

export const revisionInitial = 1;

export function createState(): State {
  return {
    revision: revisionInitial,
    compactRevision: 0,
    settledCompactRevision: 0,
    index: createKeyIndex(),
    history: createHistory(),
    leases: createLeaseTable(),
    auth: authInitial,
    alarms: noAlarms,
    bytesTotal: 0,
    bytesInUse: 0,
    keys: 0,
    versions: 0,
    scrubbedEntries: 0,
  };
}

export function bytesOfVersion(version: Version): number {
  return version.key.length + version.valueBytes;
}

/** Makes `version` the key's newest. `before` is the one that it replaces, if the key existed. */
export function addVersion(state: State, version: Version, before: Version | undefined): void {
  state.index.append(version);
  state.history.append(version);
  countVersion(state, version);
  if (before !== undefined) leaveHead(state, before);
  if (!isTombstone(version)) enterHead(state, version);
}

export function countVersion(state: State, version: Version): void {
  state.versions += 1;
  state.bytesTotal += bytesOfVersion(version);
}

export function enterHead(state: State, version: Version): void {
  state.keys += 1;
  state.bytesInUse += bytesOfVersion(version);
  if (version.lease !== noLease) state.leases.attach(version.lease, version.key);
}

function leaveHead(state: State, version: Version): void {
  state.keys -= 1;
  state.bytesInUse -= bytesOfVersion(version);
  if (version.lease !== noLease) state.leases.detach(version.lease, version.key);
}

/**
 * What the key was just before the revision that made `version`, for watchers that ask for it. Undefined where etcd gives none: the
 * key was created at that revision, or what was before it is compacted.
 */
export function previousVersion(state: State, version: Version): Version | undefined {
  if (version.createRevision === version.modRevision) return undefined;
  if (version.modRevision <= state.settledCompactRevision) return undefined;
  return state.index.at(version.key, version.modRevision - 1);
}
