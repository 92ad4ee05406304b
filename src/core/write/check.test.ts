import { describe, expect, test } from 'vitest';
import { all, bytes, compare, deleteRange, put, range, txn } from '../../../test/property/state-requests.ts';
import { clientErrors } from '../types/error.ts';
import type { Request, TxnOperation, TxnRequest } from '../types/request.ts';
import { txnOperationsMax } from '../limits.ts';
import { checkRequest } from './check.ts';

const check = (request: Request, operationsMax = txnOperationsMax) => checkRequest(request, operationsMax);

function times(count: number, operation: TxnOperation): TxnOperation[] {
  return Array.from({ length: count }, () => operation);
}

const empty: TxnOperation = { kind: 'empty' };
const version0 = { kind: 'version', version: 0 } as const;

test('a transaction may hold as many operations as it is told', () => {
  const eight = txn(Array.from({ length: 8 }, (_, index) => put(`k${index}`, 'x')));
  expect(check(eight, 8)).toBeUndefined();
  expect(check(eight, 7)).toEqual(clientErrors.tooManyOperations);
});

describe('alone', () => {
  test.each<[string, Request]>([
    ['range', range('')],
    ['range with an end', range('', 'z')],
    ['put', put('', 'x', { ignoreValue: true })],
    ['delete', deleteRange('', 'z')],
  ])('an empty key: %s', (_name, request) => {
    expect(check(request)).toEqual(clientErrors.emptyKey);
  });

  test('what is ignored must not be given', () => {
    expect(check(put('a', 'x', { ignoreValue: true }))).toEqual(clientErrors.valueProvided);
    expect(check(put('a', 'x', { ignoreLease: true, lease: 5n }))).toEqual(clientErrors.leaseProvided);
    expect(check(put('a', 'x', { ignoreValue: true, ignoreLease: true, lease: 5n }))).toEqual(
      clientErrors.valueProvided,
    );
    expect(check(put('a', '', { ignoreValue: true, ignoreLease: true }))).toBeUndefined();
  });

  test('what no static rule is about passes', () => {
    expect(check(all({ revision: -7 }))).toBeUndefined();
    expect(check({ kind: 'compact', revision: -1, physical: false })).toBeUndefined();
  });
});

describe('how many operations', () => {
  const compares = (count: number) => Array.from({ length: count }, () => compare('a', version0));

  test.each<[string, TxnRequest, boolean]>([
    ['128 of each', txn(times(128, range('a')), times(128, range('a')), compares(128)), true],
    ['129 compares', txn([], [], compares(129)), false],
    ['129 in the branch not taken', txn([], times(129, range('a'))), false],
    ['1 and 127 nested', txn([txn(times(127, range('a')))]), true],
    ['1 and 128 nested', txn([txn(times(128, range('a')))]), false],
    ['the longest list counts', txn([txn(times(120, range('a')))], times(8, range('a'))), true],
    ['the longest list counts, one more', txn([txn(times(120, range('a')))], times(9, range('a'))), false],
    ['nested twice', txn([txn([txn(times(126, range('a')))])]), true],
    ['nested twice, one more', txn([txn([txn(times(127, range('a')))])]), false],
  ])('%s', (_name, request, passes) => {
    expect(check(request)).toEqual(passes ? undefined : clientErrors.tooManyOperations);
  });
});

describe('in which order', () => {
  test('too many, then an empty compare key, then the operations, then duplicates', () => {
    const bad = compare('', version0);
    expect(check(txn(times(129, empty), [], [bad]))).toEqual(clientErrors.tooManyOperations);
    expect(check(txn([empty], [], [bad]))).toEqual(clientErrors.emptyKey);
    expect(check(txn([put('a'), put('a'), empty]))).toEqual(clientErrors.keyNotFound);
    expect(check(txn([put('a'), put('a')]))).toEqual(clientErrors.duplicateKey);
  });

  test('depth first, success before failure', () => {
    const value = put('a', '', { value: bytes('x'), ignoreValue: true });
    const lease = put('a', '', { lease: 1n, ignoreLease: true });
    expect(check(txn([txn([value]), lease], [empty]))).toEqual(clientErrors.valueProvided);
    expect(check(txn([lease, txn([value])], [empty]))).toEqual(clientErrors.leaseProvided);
    expect(check(txn([range('a')], [txn([], [empty]), value]))).toEqual(clientErrors.keyNotFound);
  });
});

describe('duplicates', () => {
  test.each<[string, TxnRequest]>([
    ['two puts', txn([put('a'), put('b'), put('a')])],
    ['in the branch not taken', txn([], [put('a'), put('a')])],
    ['a put, then a delete of it', txn([put('a'), deleteRange('a')])],
    ['a delete, then a put in it', txn([deleteRange('a', 'c'), put('b')])],
    ['a put in a nested transaction', txn([txn([put('a')]), put('a')])],
    ['a delete in a nested transaction', txn([txn([deleteRange('a', 'c')]), put('b')])],
    ['a nested put, an outer delete', txn([txn([], [put('b')]), deleteRange('a', 'c')])],
    ['side by side', txn([txn([put('a')]), txn([], [put('a')])])],
    ['side by side, delete first', txn([txn([deleteRange('a')]), txn([put('a')])])],
  ])('refused: %s', (_name, request) => {
    expect(check(request)).toEqual(clientErrors.duplicateKey);
  });

  test.each<[string, TxnRequest]>([
    ['one put in each branch', txn([put('a')], [put('a')])],
    ['both branches of a nested transaction', txn([txn([put('a')], [put('a')])])],
    ['deletes that overlap', txn([deleteRange('a', 'c'), deleteRange('b'), deleteRange('a', 'z')])],
    ['a put at the end of a delete', txn([deleteRange('a', 'b'), put('b')])],
    ['a delete of nothing', txn([deleteRange('c', 'a'), put('b')])],
    ['a delete from a key on, which etcd overlooks', txn([deleteRange('\0', '\0'), put('b')])],
    ['side by side, put first, which etcd overlooks', txn([txn([put('a')]), txn([deleteRange('a')])])],
    ['a range of a key that is put', txn([put('a'), range('a')])],
  ])('allowed: %s', (_name, request) => {
    expect(check(request)).toBeUndefined();
  });

  test('very many of them in little time', () => {
    const nest = (prefix: string) =>
      txn(
        Array.from({ length: 60 }, (_, outer) =>
          txn(
            Array.from({ length: 60 }, (__, inner) => {
              const key = `${prefix}${String.fromCharCode(outer, inner)}`;
              return (outer + inner) % 2 === 0 ? put(key) : deleteRange(key, `${key}\xff`);
            }),
          ),
        ),
      );
    expect(check(txn([nest('a'), nest('b'), nest('c')]))).toBeUndefined();
    expect(check(txn([nest('a'), nest('b'), nest('a')]))).toEqual(clientErrors.duplicateKey);
  });
});
