import { clientErrors } from '../../core/types/error.ts';
import type {
  Compare,
  CompareResult,
  CompareTarget,
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  SortOrder,
  SortTarget,
  TxnOperation,
  TxnRequest,
} from '../../core/types/request.ts';
import { DatabaseError } from '../../host/database.ts';
import type * as wire from '../generated/etcdserverpb/kv.ts';
import { byteStringOf, ownBytes } from './bytes.ts';
import { numberOf } from './number.ts';

/** etcd's messages as the core's requests. Enum numbers that no version knows come through decoding as they are. */

const sortOrders: readonly (SortOrder | undefined)[] = ['none', 'ascend', 'descend'];
const sortTargets: readonly (SortTarget | undefined)[] = ['key', 'version', 'create', 'mod', 'value'];
const compareResults: readonly (CompareResult | undefined)[] = ['equal', 'greater', 'less', 'not-equal'];

export function rangeRequestOf(request: wire.RangeRequest): RangeRequest {
  const range = sortableRangeOf(request);
  if (range !== undefined) return range;
  // An empty key is found first.
  throw new DatabaseError(request.key.length === 0 ? clientErrors.emptyKey : clientErrors.invalidSortOption);
}

/** Undefined: an unknown sort order or target. */
function sortableRangeOf(request: wire.RangeRequest): RangeRequest | undefined {
  const sortOrder = sortOrders[request.sortOrder];
  const sortTarget = sortTargets[request.sortTarget];
  if (sortOrder === undefined || sortTarget === undefined) return undefined;
  return {
    kind: 'range',
    key: byteStringOf(request.key),
    rangeEnd: rangeEndOf(request.rangeEnd),
    limit: numberOf(request.limit),
    revision: numberOf(request.revision),
    sortOrder,
    sortTarget,
    serializable: request.serializable,
    keysOnly: request.keysOnly,
    countOnly: request.countOnly,
    minModRevision: numberOf(request.minModRevision),
    maxModRevision: numberOf(request.maxModRevision),
    minCreateRevision: numberOf(request.minCreateRevision),
    maxCreateRevision: numberOf(request.maxCreateRevision),
  };
}

export function putRequestOf(request: wire.PutRequest): PutRequest {
  return {
    kind: 'put',
    key: byteStringOf(request.key),
    value: ownBytes(request.value),
    lease: request.lease,
    previousKv: request.prevKv,
    ignoreValue: request.ignoreValue,
    ignoreLease: request.ignoreLease,
  };
}

export function deleteRangeRequestOf(request: wire.DeleteRangeRequest): DeleteRangeRequest {
  return {
    kind: 'delete-range',
    key: byteStringOf(request.key),
    rangeEnd: rangeEndOf(request.rangeEnd),
    previousKv: request.prevKv,
  };
}

/** The wire cannot tell an absent range end from an empty one: both mean the one key. */
export function rangeEndOf(rangeEnd: Uint8Array): string | undefined {
  return rangeEnd.length === 0 ? undefined : byteStringOf(rangeEnd);
}

export interface ConvertedTxn {
  readonly request: TxnRequest;
  /**
   * The first operation that the core will call empty is really a range with an unknown sort option. An empty operation stands in
   * for it because the core checks a transaction in etcd's order and has no words for such an option.
   */
  readonly sortOptionUnknown: boolean;
}

export function txnRequestOf(request: wire.TxnRequest): ConvertedTxn {
  const found: Found = { firstEmpty: undefined };
  return { request: convertTxn(request, found), sortOptionUnknown: found.firstEmpty === 'sort-option' };
}

interface Found {
  firstEmpty: 'operation' | 'sort-option' | undefined;
}

function convertTxn(request: wire.TxnRequest, found: Found): TxnRequest {
  return {
    kind: 'txn',
    compare: request.compare.map(compareOf),
    success: request.success.map((operation) => convertOperation(operation, found)),
    failure: request.failure.map((operation) => convertOperation(operation, found)),
  };
}

function convertOperation({ request }: wire.RequestOp, found: Found): TxnOperation {
  switch (request?.$case) {
    case 'requestRange':
      return convertRange(request.value, found);
    case 'requestPut':
      return putRequestOf(request.value);
    case 'requestDeleteRange':
      return deleteRangeRequestOf(request.value);
    case 'requestTxn':
      return convertTxn(request.value, found);
    case undefined:
      found.firstEmpty ??= 'operation';
      return { kind: 'empty' };
  }
}

function convertRange(request: wire.RangeRequest, found: Found): TxnOperation {
  const range = sortableRangeOf(request);
  if (range !== undefined) return range;
  // An empty key is found first, so the sort does not matter.
  if (request.key.length === 0) return rangeRequestOf({ ...request, sortOrder: 0, sortTarget: 0 });
  found.firstEmpty ??= 'sort-option';
  return { kind: 'empty' };
}

function compareOf(compare: wire.Compare): Compare {
  return {
    key: byteStringOf(compare.key),
    rangeEnd: rangeEndOf(compare.rangeEnd),
    result: compareResults[compare.result] ?? 'unknown',
    target: compareTargetOf(compare),
  };
}

/** `target` decides what is compared; a value given for another target counts as none. */
function compareTargetOf({ target, targetUnion: given }: wire.Compare): CompareTarget {
  switch (target) {
    case 0:
      return { kind: 'version', version: given?.$case === 'version' ? numberOf(given.value) : 0 };
    case 1:
      return { kind: 'create', createRevision: given?.$case === 'createRevision' ? numberOf(given.value) : 0 };
    case 2:
      return { kind: 'mod', modRevision: given?.$case === 'modRevision' ? numberOf(given.value) : 0 };
    case 3:
      return { kind: 'value', value: given?.$case === 'value' ? given.value : new Uint8Array(0) };
    case 4:
      return { kind: 'lease', lease: given?.$case === 'lease' ? given.value : 0n };
    default:
      return { kind: 'unknown' };
  }
}
