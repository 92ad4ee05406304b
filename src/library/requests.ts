/** Options and results of the single operations, and their way to and from the core's requests. */
import { noLease, type LeaseId } from '../core/types/bytes.ts';
import type { DeleteRangeRequest, PutRequest, RangeRequest, SortTarget } from '../core/types/request.ts';
import type { Resolved, ResponseByKind } from '../host/database.ts';
import { toByteString, toBytes, type Bytes } from './bytes.ts';
import { Entry } from './entry.ts';
import { toKeyRange, type Selection } from './selection.ts';

export interface PutOptions {
  /** The key is deleted when this lease ends. Default: no lease. */
  readonly lease?: LeaseId | { readonly id: LeaseId };
  /** Answer with what the key held before. Default false. */
  readonly previous?: boolean;
  /** Keep the lease that the key has; fails with `keyNotFound` when there is no such key. Default false. */
  readonly keepLease?: boolean;
}

export interface PutResult {
  /** The revision that this write made. */
  readonly revision: number;
  /** Only where asked for. */
  readonly previous: Entry | undefined;
}

export interface RangeOptions {
  /** Entries at most. Default: all. */
  readonly limit?: number;
  /** Read as of this revision. Default: the newest. Fails with `CompactedError` or `futureRevision` out of what is kept. */
  readonly revision?: number;
  /** Default: by key, ascending. */
  readonly sort?: {
    readonly by: 'key' | 'version' | 'createRevision' | 'modRevision' | 'value';
    readonly descending?: boolean;
  };
  /** Leave the values out. Default false. */
  readonly keysOnly?: boolean;
  /** Only count. Default false. */
  readonly countOnly?: boolean;
  /** Answer from what this node holds, without proof that it still leads: may be stale. Default false. */
  readonly serializable?: boolean;
}

export interface RangeResult {
  readonly entries: readonly Entry[];
  /** Keys in the range, whatever the limit. */
  readonly count: number;
  /** The limit cut the answer. */
  readonly more: boolean;
  /** The database's at the time of the answer. */
  readonly revision: number;
}

export interface DeleteOptions {
  /** Answer with what was deleted. Default false. */
  readonly previous?: boolean;
}

export interface DeleteResult {
  /** Keys deleted; with 0 no revision was made. */
  readonly deleted: number;
  readonly revision: number;
  /** In key order; empty unless asked for. */
  readonly previous: readonly Entry[];
}

const sortTargets: Readonly<Record<NonNullable<RangeOptions['sort']>['by'], SortTarget>> = {
  key: 'key',
  version: 'version',
  createRevision: 'create',
  modRevision: 'mod',
  value: 'value',
};

export function putRequest(key: Bytes, value: Bytes, options: PutOptions): PutRequest {
  const keepLease = options.keepLease ?? false;
  if (keepLease && options.lease !== undefined) throw new TypeError('`keepLease` and `lease` exclude each other');
  return {
    kind: 'put',
    key: toByteString(key),
    value: toBytes(value),
    lease: leaseIdOf(options.lease),
    previousKv: options.previous ?? false,
    ignoreValue: false,
    ignoreLease: keepLease,
  };
}

export function rangeRequest(keys: Selection, options: RangeOptions): RangeRequest {
  const { sort } = options;
  return {
    kind: 'range',
    ...toKeyRange(keys),
    limit: wholeNumber('limit', options.limit ?? 0),
    revision: wholeNumber('revision', options.revision ?? 0),
    sortOrder: sort === undefined ? 'none' : sort.descending === true ? 'descend' : 'ascend',
    sortTarget: sort === undefined ? 'key' : sortTargets[sort.by],
    serializable: options.serializable ?? false,
    keysOnly: options.keysOnly ?? false,
    countOnly: options.countOnly ?? false,
    minModRevision: 0,
    maxModRevision: 0,
    minCreateRevision: 0,
    maxCreateRevision: 0,
  };
}

export function deleteRequest(keys: Selection, options: DeleteOptions): DeleteRangeRequest {
  return { kind: 'delete-range', ...toKeyRange(keys), previousKv: options.previous ?? false };
}

export function toPutResult(response: Resolved<ResponseByKind['put']>, revision: number): PutResult {
  return { revision, previous: response.previous === undefined ? undefined : new Entry(response.previous) };
}

export function toRangeResult(response: Resolved<ResponseByKind['range']>, revision: number): RangeResult {
  const { count, more, kvs } = response;
  return { entries: kvs.map((keyValue) => new Entry(keyValue)), count, more, revision };
}

export function toDeleteResult(response: Resolved<ResponseByKind['delete-range']>, revision: number): DeleteResult {
  return { deleted: response.deleted, revision, previous: response.previous.map((keyValue) => new Entry(keyValue)) };
}

export function leaseIdOf(lease: PutOptions['lease']): LeaseId {
  if (lease === undefined) return noLease;
  return typeof lease === 'bigint' ? lease : lease.id;
}

/** Revisions, limits and seconds: 0 stands for "not said". */
export function wholeNumber(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`\`${name}\` must be a whole number, not ${value}`);
}
