import { applyAlarmRecord } from '../alarm/alarms.ts';
import { assert, unreachable } from '../assert.ts';
import { applyAuthRecord } from '../auth/auth-state.ts';
import { noLease } from '../types/bytes.ts';
import type { LeaseRevokeRecord, LogRecord, WriteOperation } from '../types/record.ts';
import type { Version } from '../types/version.ts';
import { addVersion, type State } from './state.ts';

/**
 * A record's effect on the state: the only way in which it changes, for a request that was just evaluated as for a log that is replayed. What
 * the record says is asserted against the state: a record that does not fit is our bug, never the world's.
 */
export function applyRecord(state: State, record: LogRecord): Version[] {
  switch (record.kind) {
    case 'write': {
      assert(record.operations.length > 0, 'a write has an operation');
      const versions = record.operations.map((operation, sub) =>
        applyOperation(state, record.revision, sub, operation),
      );
      advance(state, record.revision);
      return versions;
    }
    case 'compact':
      assert(record.revision >= state.compactRevision, 'a compaction never goes back');
      assert(record.revision <= state.revision, 'a compaction is not of the future');
      state.compactRevision = record.revision;
      return [];
    case 'lease-grant':
      state.leases.grant(record.lease, record.ttlSeconds);
      return [];
    case 'lease-revoke':
      return applyLeaseRevoke(state, record);
    case 'fence':
      return [];
    case 'auth':
      state.auth = applyAuthRecord(state.auth, record);
      return [];
    case 'alarm':
      state.alarms = applyAlarmRecord(state.alarms, record);
      return [];
    default:
      return unreachable(record);
  }
}

/** One operation of the revision that follows the head. The head stays where it is until `advance`. */
export function applyOperation(state: State, revision: number, sub: number, operation: WriteOperation): Version {
  const before = state.index.latest(operation.key);
  const version = versionOf(revision, sub, operation);
  if (operation.kind === 'delete') {
    assert(before !== undefined, 'a key that is deleted exists');
  } else {
    assert(operation.createRevision === (before?.createRevision ?? revision), 'the create revision fits the state');
    assert(operation.version === (before?.version ?? 0) + 1, 'the version fits the state');
  }
  addVersion(state, version, before);
  return version;
}

export function advance(state: State, revision: number): void {
  assert(revision === state.revision + 1, 'revisions follow one another');
  state.revision = revision;
}

function applyLeaseRevoke(state: State, record: LeaseRevokeRecord): Version[] {
  const lease = state.leases.get(record.lease);
  assert(lease !== undefined, 'a lease that is revoked exists');
  assert(lease.keys.size === record.keys.length, 'a revoke deletes every key of its lease');
  const versions = record.keys.map((key, sub) => {
    assert(lease.keys.has(key), 'a revoke deletes keys of its lease only');
    return applyOperation(state, record.revision, sub, { kind: 'delete', key });
  });
  state.leases.remove(record.lease);
  assert(record.revision === 0 || versions.length > 0, 'a revoke without keys takes no revision');
  if (versions.length > 0) advance(state, record.revision);
  return versions;
}

const noBytes = new Uint8Array(0);

export function versionOf(revision: number, sub: number, operation: WriteOperation): Version {
  const isPut = operation.kind === 'put';
  return {
    key: operation.key,
    modRevision: revision,
    sub,
    createRevision: isPut ? operation.createRevision : 0,
    version: isPut ? operation.version : 0,
    lease: isPut ? operation.lease : noLease,
    valueBytes: isPut ? operation.value.length : 0,
    value: isPut ? operation.value : noBytes,
  };
}
