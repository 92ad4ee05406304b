import type { TxnOperationResponse, TxnResponse } from '../../core/types/response.ts';
import type { KeyValue, Resolved } from '../../host/database.ts';
import type * as wire from '../generated/etcdserverpb/kv.ts';
import type { ResponseHeader } from '../generated/etcdserverpb/header.ts';
import type { KeyValue as WireKeyValue } from '../generated/mvccpb/kv.ts';
import type { DeleteRangeResponse, PutResponse, RangeResponse } from '../../core/types/response.ts';
import { bytesOf } from './bytes.ts';

/** The core's answers as etcd's messages. */
export function rangeResponseOf(
  header: ResponseHeader | undefined,
  response: Resolved<RangeResponse>,
): wire.RangeResponse {
  const kvs = response.keysOnly ? response.kvs.map(keyOf) : response.kvs.map(keyValueOf);
  return { header, kvs, more: response.more, count: BigInt(response.count) };
}

export function putResponseOf(header: ResponseHeader | undefined, response: Resolved<PutResponse>): wire.PutResponse {
  return { header, prevKv: response.previous && keyValueOf(response.previous) };
}

export function deleteRangeResponseOf(
  header: ResponseHeader | undefined,
  response: Resolved<DeleteRangeResponse>,
): wire.DeleteRangeResponse {
  return { header, deleted: BigInt(response.deleted), prevKvs: response.previous.map(keyValueOf) };
}

export function txnResponseOf(header: ResponseHeader | undefined, response: Resolved<TxnResponse>): wire.TxnResponse {
  return { header, succeeded: response.succeeded, responses: response.responses.map(operationResponseOf) };
}

/** Inner headers tell the revision and nothing else; that of a nested transaction not even this. */
function operationResponseOf({ revision, response }: Resolved<TxnOperationResponse>): wire.ResponseOp {
  switch (response.kind) {
    case 'range':
      return { response: { $case: 'responseRange', value: rangeResponseOf(innerHeader(revision), response) } };
    case 'put':
      return { response: { $case: 'responsePut', value: putResponseOf(innerHeader(revision), response) } };
    case 'delete-range': {
      const value = deleteRangeResponseOf(innerHeader(revision), response);
      return { response: { $case: 'responseDeleteRange', value } };
    }
    case 'txn':
      return { response: { $case: 'responseTxn', value: txnResponseOf(innerHeader(0), response) } };
  }
}

function innerHeader(revision: number): ResponseHeader {
  return { clusterId: 0n, memberId: 0n, revision: BigInt(revision), raftTerm: 0n };
}

const noBytes = new Uint8Array(0);

export function keyValueOf(kv: KeyValue): WireKeyValue {
  return {
    key: bytesOf(kv.key),
    createRevision: BigInt(kv.createRevision),
    modRevision: BigInt(kv.modRevision),
    version: BigInt(kv.version),
    value: kv.value,
    lease: kv.lease,
  };
}

function keyOf(kv: KeyValue): WireKeyValue {
  return { ...keyValueOf(kv), value: noBytes };
}
