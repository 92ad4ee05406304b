/** Transactions as plain data: `db.txn({ if: […], then: […], else: […] })`. */
import type { LeaseId } from '../core/types/bytes.ts';
import type { Compare, CompareResult, CompareTarget, TxnOperation, TxnRequest } from '../core/types/request.ts';
import type { ResponseByKind, Resolved } from '../host/database.ts';
import { toBytes, type Bytes } from './bytes.ts';
import { deleteRequest, putRequest, rangeRequest, toDeleteResult, toPutResult, toRangeResult } from './requests.ts';
import type { DeleteOptions, DeleteResult, PutOptions, PutResult, RangeOptions, RangeResult } from './requests.ts';
import { toKeyRange, type Selection } from './selection.ts';

export interface Transaction {
  /** All must hold; none: they hold. */
  readonly if?: readonly Comparison[];
  /** Done, in order and as one, when they hold. */
  readonly then?: readonly Operation[];
  /** Done when they do not. */
  readonly else?: readonly Operation[];
}

export type Comparison = { readonly compare: Compare };
export type Operation = { readonly operation: TxnOperation };
export type CompareSign = '=' | '!=' | '<' | '>';

const results: Readonly<Record<CompareSign, CompareResult>> = {
  '=': 'equal',
  '!=': 'not-equal',
  '<': 'less',
  '>': 'greater',
};

/** What to compare of a key, or of every key of a range. A key that does not exist has version, revisions and lease 0. */
export const compare = {
  /** Puts since the key came into being; `compare.version(key, '=', 0)`: it does not exist. */
  version: (keys: Selection, sign: CompareSign, version: number) =>
    comparison(keys, sign, { kind: 'version', version }),
  createRevision: (keys: Selection, sign: CompareSign, createRevision: number) =>
    comparison(keys, sign, { kind: 'create', createRevision }),
  modRevision: (keys: Selection, sign: CompareSign, modRevision: number) =>
    comparison(keys, sign, { kind: 'mod', modRevision }),
  /** By bytes. False, whatever the sign, for a key that does not exist. */
  value: (keys: Selection, sign: CompareSign, value: Bytes) =>
    comparison(keys, sign, { kind: 'value', value: toBytes(value) }),
  lease: (keys: Selection, sign: CompareSign, lease: LeaseId) => comparison(keys, sign, { kind: 'lease', lease }),
} as const;

export const operation = {
  put: (key: Bytes, value: Bytes, options: PutOptions = {}): Operation => ({
    operation: putRequest(key, value, options),
  }),
  range: (keys: Selection, options: RangeOptions = {}): Operation => ({ operation: rangeRequest(keys, options) }),
  delete: (keys: Selection, options: DeleteOptions = {}): Operation => ({ operation: deleteRequest(keys, options) }),
  txn: (transaction: Transaction): Operation => ({ operation: txnRequest(transaction) }),
} as const;

export interface TxnResult {
  /** True: the comparisons held and `then` was done. */
  readonly succeeded: boolean;
  /** The database's, after this transaction. */
  readonly revision: number;
  /** One for each operation done, in order. */
  readonly results: readonly OperationResult[];
}

export type OperationResult =
  | ({ readonly kind: 'put' } & PutResult)
  | ({ readonly kind: 'range' } & RangeResult)
  | ({ readonly kind: 'delete' } & DeleteResult)
  | ({ readonly kind: 'txn' } & TxnResult);

export function txnRequest(transaction: Transaction): TxnRequest {
  return {
    kind: 'txn',
    compare: (transaction.if ?? []).map((part) => part.compare),
    success: (transaction.then ?? []).map((part) => part.operation),
    failure: (transaction.else ?? []).map((part) => part.operation),
  };
}

export function toTxnResult(response: Resolved<ResponseByKind['txn']>, revision: number): TxnResult {
  const { succeeded } = response;
  return { succeeded, revision, results: response.responses.map((inner) => toOperationResult(inner)) };
}

function toOperationResult(inner: Resolved<ResponseByKind['txn']>['responses'][number]): OperationResult {
  const { revision, response } = inner;
  switch (response.kind) {
    case 'put':
      return { kind: 'put', ...toPutResult(response, revision) };
    case 'range':
      return { kind: 'range', ...toRangeResult(response, revision) };
    case 'delete-range':
      return { kind: 'delete', ...toDeleteResult(response, revision) };
    case 'txn':
      return { kind: 'txn', ...toTxnResult(response, revision) };
  }
}

function comparison(keys: Selection, sign: CompareSign, target: CompareTarget): Comparison {
  const result = results[sign];
  if (result === undefined) throw new TypeError(`a comparison is =, !=, < or >, not ${String(sign)}`);
  return { compare: { ...toKeyRange(keys), result, target } };
}
