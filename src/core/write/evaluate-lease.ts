import { assert } from '../assert.ts';
import { noLease } from '../types/bytes.ts';
import { clientErrors } from '../types/error.ts';
import type { Evaluation } from '../types/evaluation.ts';
import type { LeaseGrantRequest, LeaseRevokeRequest } from '../types/request.ts';
import type { LeaseRevokeRecord } from '../types/record.ts';
import { leaseTtlSecondsMax, leaseTtlSecondsMin } from '../limits.ts';
import { applyRecord } from '../state/apply-record.ts';
import type { State } from '../state/state.ts';

/** A time to live below the minimum is raised to it, 0 and negative ones too. */
export function evaluateLeaseGrant(state: State, request: LeaseGrantRequest): Evaluation {
  assert(request.id !== noLease, 'a lease has its id before it is granted');
  if (request.ttlSeconds > leaseTtlSecondsMax) return { kind: 'error', error: clientErrors.leaseTtlTooLarge };
  if (state.leases.has(request.id)) return { kind: 'error', error: clientErrors.leaseExists };
  const ttlSeconds = Math.max(request.ttlSeconds, leaseTtlSecondsMin);
  const record = { kind: 'lease-grant', lease: request.id, ttlSeconds } as const;
  applyRecord(state, record);
  const response = { kind: 'lease-grant', id: request.id, ttlSeconds } as const;
  return { kind: 'record', record, versions: [], response, revision: state.revision };
}

/** Deletes the lease's keys in one revision, in key order; without keys there is no revision. */
export function evaluateLeaseRevoke(state: State, request: LeaseRevokeRequest): Evaluation {
  const lease = state.leases.get(request.id);
  if (lease === undefined) return { kind: 'error', error: clientErrors.leaseNotFound };
  const keys = [...lease.keys].sort();
  const revision = keys.length === 0 ? 0 : state.revision + 1;
  const record: LeaseRevokeRecord = { kind: 'lease-revoke', lease: request.id, revision, keys };
  const versions = applyRecord(state, record);
  return { kind: 'record', record, versions, response: { kind: 'lease-revoke' }, revision: state.revision };
}
