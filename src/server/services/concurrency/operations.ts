import type { ByteString, LeaseId } from '../../../core/types/bytes.ts';
import type { Compare, DeleteRangeRequest, PutRequest, RangeRequest } from '../../../core/types/request.ts';
import type { TxnOperationResponse } from '../../../core/types/response.ts';
import type { KeyValue, Resolved } from '../../../host/database.ts';

/** The few operations that locks and elections are made of. Whoever made its key under a name first is its owner. */

/** Go prints a negative id with its sign. */
export function contenderKeyOf(name: ByteString, lease: LeaseId): ByteString {
  return `${prefixOf(name)}${lease.toString(16)}`;
}

/** Keys of all who hold a name or wait for it begin with this. */
export function prefixOf(name: ByteString): ByteString {
  return `${name}/`;
}

/** Every prefix ends in a slash: what follows all of its keys ends in the next char. */
export function rangeEndOfPrefix(prefix: ByteString): ByteString {
  return `${prefix.slice(0, -1)}0`;
}

/** 0: there is no such key. */
export function wasCreatedAt(key: ByteString, createRevision: number): Compare {
  return { key, rangeEnd: undefined, result: 'equal', target: { kind: 'create', createRevision } };
}

export function put(key: ByteString, value: Uint8Array, lease: LeaseId): PutRequest {
  return { kind: 'put', key, value, lease, previousKv: false, ignoreValue: false, ignoreLease: false };
}

export function remove(key: ByteString): DeleteRangeRequest {
  return { kind: 'delete-range', key, rangeEnd: undefined, previousKv: false };
}

export function get(key: ByteString): RangeRequest {
  return { ...anyRange, key, rangeEnd: undefined };
}

export function firstCreated(prefix: ByteString): RangeRequest {
  return { ...anyRange, ...keysOf(prefix), limit: 1, sortOrder: 'ascend', sortTarget: 'create' };
}

export function lastCreated(prefix: ByteString, maxCreateRevision: number): RangeRequest {
  const order = { limit: 1, sortOrder: 'descend', sortTarget: 'create' } as const;
  return { ...anyRange, ...keysOf(prefix), ...order, maxCreateRevision };
}

/** What a transaction's read found; undefined: nothing, or it was no read. */
export function firstFound(operation: Resolved<TxnOperationResponse> | undefined): KeyValue | undefined {
  return operation?.response.kind === 'range' ? operation.response.kvs[0] : undefined;
}

function keysOf(prefix: ByteString) {
  return { key: prefix, rangeEnd: rangeEndOfPrefix(prefix) };
}

const anyRange = {
  kind: 'range',
  limit: 0,
  revision: 0,
  sortOrder: 'none',
  sortTarget: 'key',
  serializable: false,
  keysOnly: false,
  countOnly: false,
  minModRevision: 0,
  maxModRevision: 0,
  minCreateRevision: 0,
  maxCreateRevision: 0,
} as const;
