/** Whole messages from the few fields that matter here, and the history's plain data from messages. */
import {
  RangeRequest_SortOrder,
  RangeRequest_SortTarget,
  Compare_CompareResult,
  Compare_CompareTarget,
  type PutRequest,
  type RangeRequest,
  type RequestOp,
  type TxnRequest,
} from '../../../src/server/generated/etcdserverpb/kv.ts';
import type { WatchRequest } from '../../../src/server/generated/etcdserverpb/watch.ts';
import { Event_EventType, type Event, type KeyValue } from '../../../src/server/generated/mvccpb/kv.ts';
import type { KeyEvent, KeyRange, KeyState, KeyWrite, WriteOperation } from '../history/types.ts';

const none = new Uint8Array(0);

export function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

export function text(given: Uint8Array): string {
  return Buffer.from(given.buffer, given.byteOffset, given.byteLength).toString('latin1');
}

export function rangeRequest(range: KeyRange, atRevision: number): RangeRequest {
  return {
    key: bytes(range.from),
    rangeEnd: range.to === undefined ? none : bytes(range.to),
    limit: 0n,
    revision: BigInt(atRevision),
    sortOrder: RangeRequest_SortOrder.NONE,
    sortTarget: RangeRequest_SortTarget.KEY,
    serializable: false,
    keysOnly: false,
    countOnly: false,
    minModRevision: 0n,
    maxModRevision: 0n,
    minCreateRevision: 0n,
    maxCreateRevision: 0n,
  };
}

export function putRequest({ key, value, lease }: KeyWrite): PutRequest {
  return {
    key: bytes(key),
    value: bytes(value ?? ''),
    lease,
    prevKv: false,
    ignoreValue: false,
    ignoreLease: false,
  };
}

/** With a guard: what the key is instead, when it does not compare. */
export function txnRequest(writes: readonly KeyWrite[], guard: WriteOperation['guard']): TxnRequest {
  const success = writes.map(writeOp);
  if (guard === undefined) return { compare: [], success, failure: [] };
  return {
    compare: [
      {
        result: Compare_CompareResult.EQUAL,
        target: Compare_CompareTarget.MOD,
        key: bytes(guard.key),
        targetUnion: { $case: 'modRevision', value: BigInt(guard.modRevision) },
        rangeEnd: none,
      },
    ],
    success,
    failure: [{ request: { $case: 'requestRange', value: rangeRequest({ from: guard.key, to: undefined }, 0) } }],
  };
}

function writeOp(write: KeyWrite): RequestOp {
  if (write.value !== undefined) return { request: { $case: 'requestPut', value: putRequest(write) } };
  const value = { key: bytes(write.key), rangeEnd: none, prevKv: false };
  return { request: { $case: 'requestDeleteRange', value } };
}

export function watchRequest(range: KeyRange, startRevision: number): WatchRequest {
  return {
    requestUnion: {
      $case: 'createRequest',
      value: {
        key: bytes(range.from),
        rangeEnd: range.to === undefined ? none : bytes(range.to),
        startRevision: BigInt(startRevision),
        progressNotify: false,
        filters: [],
        prevKv: true,
        watchId: 0n,
        fragment: false,
      },
    },
  };
}

export const progressRequest: WatchRequest = { requestUnion: { $case: 'progressRequest', value: {} } };

export function stateOf(kv: KeyValue): KeyState {
  return {
    key: text(kv.key),
    value: text(kv.value),
    createRevision: Number(kv.createRevision),
    modRevision: Number(kv.modRevision),
    version: Number(kv.version),
    lease: kv.lease,
  };
}

export function eventOf({ type, kv, prevKv }: Event): KeyEvent {
  const key = text(kv!.key);
  const previous = prevKv === undefined ? undefined : stateOf(prevKv);
  if (type === Event_EventType.PUT) return { kind: 'put', key, state: stateOf(kv!), previous };
  return { kind: 'delete', key, revision: Number(kv!.modRevision), previous };
}
