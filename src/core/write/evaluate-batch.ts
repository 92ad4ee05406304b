import { assert } from '../assert.ts';
import { clientErrors } from '../types/error.ts';
import { noLease } from '../types/bytes.ts';
import type { Evaluation } from '../types/evaluation.ts';
import type { WriteOperation } from '../types/record.ts';
import type { DeleteRangeRequest, PutRequest } from '../types/request.ts';
import type { DeleteRangeResponse, PutResponse, Response } from '../types/response.ts';
import type { Version } from '../types/version.ts';
import { advance, applyOperation } from '../state/apply-record.ts';
import type { State } from '../state/state.ts';
import { valueAtHand, type VersionValues } from '../read/view.ts';

/**
 * The writes of one request, applied one by one so that what follows sees them, all at the revision after the head.
 *
 * Invariants:
 * - Nothing fails once a batch is open: all that can be refused is refused before.
 * - The head advances when the batch is closed, if anything was written.
 */
export interface WriteBatch {
  readonly state: State;
  readonly values: VersionValues;
  readonly operations: WriteOperation[];
  readonly versions: Version[];
}

export function openBatch(state: State, values: VersionValues): WriteBatch {
  return { state, values, operations: [], versions: [] };
}

/** The revision as the request sees it: the next one as soon as something is written. */
export function revisionOf(batch: WriteBatch): number {
  return batch.operations.length === 0 ? batch.state.revision : batch.state.revision + 1;
}

export function closeBatch(batch: WriteBatch, response: Response): Evaluation {
  const { state, operations, versions } = batch;
  const revision = revisionOf(batch);
  if (operations.length === 0) return { kind: 'answer', response, revision };
  advance(state, revision);
  return { kind: 'record', record: { kind: 'write', revision, operations }, versions, response, revision };
}

/**
 * What stands against a put in the state before its request; undefined: nothing. Alone, etcd asks for the lease first; in a
 * transaction, for the key.
 */
export function checkPutAlone(state: State, request: PutRequest, values: VersionValues): Evaluation | undefined {
  return checkLease(state, request) ?? checkKept(state, request, values);
}

export function checkPutInTxn(state: State, request: PutRequest, values: VersionValues): Evaluation | undefined {
  const kept = checkKept(state, request, values);
  return kept?.kind === 'error' ? kept : (checkLease(state, request) ?? kept);
}

function checkLease(state: State, request: PutRequest): Evaluation | undefined {
  if (request.lease === noLease || state.leases.has(request.lease)) return undefined;
  return { kind: 'error', error: clientErrors.leaseNotFound };
}

/** What a put is to keep has to be there, and at hand. */
function checkKept(state: State, request: PutRequest, values: VersionValues): Evaluation | undefined {
  if (!request.ignoreValue && !request.ignoreLease) return undefined;
  const previous = state.index.latest(request.key);
  if (previous === undefined) return { kind: 'error', error: clientErrors.keyNotFound };
  const isMissing = request.ignoreValue && valueAtHand(previous, values) === undefined;
  return isMissing ? { kind: 'values-needed', versions: [previous] } : undefined;
}

export function put(batch: WriteBatch, request: PutRequest): PutResponse {
  const { state } = batch;
  const previous = state.index.latest(request.key);
  write(batch, {
    kind: 'put',
    key: request.key,
    value: request.ignoreValue ? keptValue(batch, request) : request.value,
    lease: request.ignoreLease ? keptFrom(batch, request).lease : request.lease,
    createRevision: previous?.createRevision ?? state.revision + 1,
    version: (previous?.version ?? 0) + 1,
  });
  return { kind: 'put', previous: request.previousKv ? previous : undefined };
}

export function deleteRange(batch: WriteBatch, request: DeleteRangeRequest): DeleteRangeResponse {
  const found: Version[] = [];
  batch.state.index.visit(request, Number.MAX_SAFE_INTEGER, (version) => {
    found.push(version);
    return true;
  });
  for (const version of found) write(batch, { kind: 'delete', key: version.key });
  return { kind: 'delete-range', deleted: found.length, previous: request.previousKv ? found : [] };
}

function write(batch: WriteBatch, operation: WriteOperation): void {
  const version = applyOperation(batch.state, batch.state.revision + 1, batch.operations.length, operation);
  batch.operations.push(operation);
  batch.versions.push(version);
}

/** The version whose value or lease a put keeps: that of before the request, which is the one that was checked. */
function keptFrom(batch: WriteBatch, request: PutRequest): Version {
  const version = batch.state.index.at(request.key, batch.state.revision);
  assert(version !== undefined, 'a put that keeps something was checked against the state');
  return version;
}

function keptValue(batch: WriteBatch, request: PutRequest): Uint8Array {
  const value = valueAtHand(keptFrom(batch, request), batch.values);
  assert(value !== undefined, 'a value that is kept is at hand before the batch opens');
  return value;
}
