import { evaluateAlarm } from '../alarm/evaluate-alarm.ts';
import { evaluateAuth } from '../auth/evaluate-auth.ts';
import { clientErrors } from '../types/error.ts';
import type { Evaluation } from '../types/evaluation.ts';
import type {
  AlarmRequest,
  AuthWriteRequest,
  CompactRequest,
  DeleteRangeRequest,
  LeaseGrantRequest,
  LeaseRevokeRequest,
  PutRequest,
  TxnRequest,
} from '../types/request.ts';
import { applyRecord } from '../state/apply-record.ts';
import type { State } from '../state/state.ts';
import { etcdCompactRevision, noValues, type VersionValues } from '../read/view.ts';
import { evaluateLeaseGrant, evaluateLeaseRevoke } from './evaluate-lease.ts';
import { evaluateTxn } from './evaluate-txn.ts';
import { checkPutAlone, closeBatch, deleteRange, openBatch, put } from './evaluate-batch.ts';

export type WriteRequest =
  | PutRequest
  | DeleteRangeRequest
  | TxnRequest
  | CompactRequest
  | LeaseGrantRequest
  | LeaseRevokeRequest
  | AuthWriteRequest
  | AlarmRequest;

/**
 * What a request comes to on the head of the state, with the effects of everything admitted before it.
 *
 * - The request has passed `checkRequest`; a grant has its id.
 * - 'record': the state holds the record's effect, and the versions that it made hold their values. Else the state is as it was.
 * - 'answer': nothing was there to be written; the revision stays.
 */
export function evaluateWrite(state: State, request: WriteRequest, values: VersionValues = noValues): Evaluation {
  switch (request.kind) {
    case 'put':
      return evaluatePut(state, request, values);
    case 'delete-range':
      return evaluateDeleteRange(state, request);
    case 'txn':
      return evaluateTxn(state, request, values);
    case 'compact':
      return evaluateCompact(state, request);
    case 'lease-grant':
      return evaluateLeaseGrant(state, request);
    case 'lease-revoke':
      return evaluateLeaseRevoke(state, request);
    case 'alarm':
      return evaluateAlarm(state, request);
    default:
      return evaluateAuth(state, request);
  }
}

function evaluatePut(state: State, request: PutRequest, values: VersionValues): Evaluation {
  const checked = checkPutAlone(state, request, values);
  if (checked !== undefined) return checked;
  const batch = openBatch(state, values);
  const response = put(batch, request);
  return closeBatch(batch, response);
}

function evaluateDeleteRange(state: State, request: DeleteRangeRequest): Evaluation {
  const batch = openBatch(state, noValues);
  const response = deleteRange(batch, request);
  return closeBatch(batch, response);
}

function evaluateCompact(state: State, request: CompactRequest): Evaluation {
  const { revision } = state;
  if (request.revision <= etcdCompactRevision(state.compactRevision)) {
    return { kind: 'error', error: clientErrors.compacted };
  }
  if (request.revision > revision) return { kind: 'error', error: clientErrors.futureRevision };
  // On a store that was never compacted etcd takes a compaction at 0, which compacts nothing.
  if (request.revision === 0) return { kind: 'answer', response: { kind: 'compact' }, revision };
  const record = { kind: 'compact', revision: request.revision } as const;
  applyRecord(state, record);
  return { kind: 'record', record, versions: [], response: { kind: 'compact' }, revision };
}
