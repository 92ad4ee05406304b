import { bytesOf } from '../../src/core/types/bytes.ts';
import type { Compare, CompareTarget, Request, TxnOperation } from '../../src/core/types/request.ts';
import type { WatchCreateRequest } from '../../src/core/types/watch.ts';
import { alarmRequestOf, authRequestOf } from './plain-auth.ts';
import type { PlainCompare, PlainRequest, PlainTxnOperation, PlainWatchRequest } from '../types/plain.ts';

/** Plain requests as the core takes them. */
export function requestOf(plain: PlainRequest): Request {
  switch (plain.kind) {
    case 'compact':
      return { kind: 'compact', revision: plain.revision, physical: plain.physical ?? false };
    case 'lease-grant':
      return { kind: 'lease-grant', id: BigInt(plain.id), ttlSeconds: plain.ttlSeconds };
    case 'lease-revoke':
      return { kind: 'lease-revoke', id: BigInt(plain.id) };
    case 'lease-keep-alive':
      return { kind: 'lease-keep-alive', id: BigInt(plain.id) };
    case 'lease-time-to-live':
      return { kind: 'lease-time-to-live', id: BigInt(plain.id), keys: plain.keys ?? false };
    case 'lease-leases':
      return { kind: 'lease-leases' };
    case 'alarm':
      return alarmRequestOf(plain);
    case 'range':
    case 'put':
    case 'delete-range':
    case 'txn':
      return operationOf(plain);
    default:
      return authRequestOf(plain);
  }
}

function operationOf(plain: PlainTxnOperation): Exclude<TxnOperation, { readonly kind: 'empty' }> {
  switch (plain.kind) {
    case 'range':
      return {
        kind: 'range',
        key: plain.key,
        rangeEnd: plain.rangeEnd,
        limit: plain.limit ?? 0,
        revision: plain.revision ?? 0,
        sortOrder: plain.sortOrder ?? 'none',
        sortTarget: plain.sortTarget ?? 'key',
        serializable: plain.serializable ?? false,
        keysOnly: plain.keysOnly ?? false,
        countOnly: plain.countOnly ?? false,
        minModRevision: plain.minModRevision ?? 0,
        maxModRevision: plain.maxModRevision ?? 0,
        minCreateRevision: plain.minCreateRevision ?? 0,
        maxCreateRevision: plain.maxCreateRevision ?? 0,
      };
    case 'put':
      return {
        kind: 'put',
        key: plain.key,
        value: bytesOf(plain.value ?? ''),
        lease: BigInt(plain.lease ?? '0'),
        previousKv: plain.previousKv ?? false,
        ignoreValue: plain.ignoreValue ?? false,
        ignoreLease: plain.ignoreLease ?? false,
      };
    case 'delete-range':
      return {
        kind: 'delete-range',
        key: plain.key,
        rangeEnd: plain.rangeEnd,
        previousKv: plain.previousKv ?? false,
      };
    case 'txn':
      return {
        kind: 'txn',
        compare: (plain.compare ?? []).map(compareOf),
        success: (plain.success ?? []).map(operationOf),
        failure: (plain.failure ?? []).map(operationOf),
      };
  }
}

function compareOf(plain: PlainCompare): Compare {
  return { key: plain.key, rangeEnd: plain.rangeEnd, result: plain.result ?? 'equal', target: targetOf(plain.target) };
}

function targetOf(target: PlainCompare['target']): CompareTarget {
  switch (target.kind) {
    case 'value':
      return { kind: 'value', value: bytesOf(target.value) };
    case 'lease':
      return { kind: 'lease', lease: BigInt(target.lease) };
    default:
      return target;
  }
}

export function watchRequestOf(plain: PlainWatchRequest): WatchCreateRequest {
  return {
    key: plain.key,
    rangeEnd: plain.rangeEnd,
    watchId: 0n,
    startRevision: plain.startRevision ?? 0,
    progressNotify: plain.progressNotify ?? false,
    noPut: plain.noPut ?? false,
    noDelete: plain.noDelete ?? false,
    previousKv: plain.previousKv ?? false,
    fragment: false,
  };
}
