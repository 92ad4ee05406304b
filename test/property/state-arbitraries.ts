import fc from 'fast-check';
import type {
  Compare,
  CompareTarget,
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  TxnOperation,
  TxnRequest,
} from '../../src/core/types/request.ts';

/** Few keys and few values, so that they meet; the awkward ones among them. */
const key = fc.constantFrom('\0', 'a', 'a\0', 'ab', 'b', 'c', 'd', '\xff', '\xff\xff');
const rangeEnd = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: key },
  { weight: 2, arbitrary: fc.constant('\0') },
);
/** Mostly one key: a store that is always empty tells little. */
const deletedRangeEnd = fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: rangeEnd });
const value = fc.constantFrom('', 'x', 'y', 'xy', '\xff').map((text) => bytes(text));
const lease = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0n) },
  { weight: 2, arbitrary: fc.constantFrom(1n, 2n, -3n) },
);
const revision = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 16 }) },
  { weight: 1, arbitrary: fc.integer({ min: -2, max: 40 }) },
);
const bound = fc.oneof(
  { weight: 10, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: -1, max: 16 }) },
);

export const rangeRequest: fc.Arbitrary<RangeRequest> = fc.record({
  kind: fc.constant('range'),
  key: fc.oneof(fc.constant('\0'), key),
  rangeEnd,
  limit: fc.constantFrom(0, 0, -1, 1, 2, 3),
  revision,
  sortOrder: fc.constantFrom('none', 'ascend', 'descend'),
  sortTarget: fc.constantFrom('key', 'version', 'create', 'mod', 'value'),
  serializable: fc.boolean(),
  keysOnly: fc.boolean(),
  countOnly: fc.constantFrom(false, false, true),
  minModRevision: bound,
  maxModRevision: bound,
  minCreateRevision: bound,
  maxCreateRevision: bound,
});

export const putRequest: fc.Arbitrary<PutRequest> = fc
  .record({
    kind: fc.constant('put' as const),
    key,
    value,
    lease,
    previousKv: fc.boolean(),
    ignoreValue: fc.constantFrom(false, false, false, false, false, false, true),
    ignoreLease: fc.constantFrom(false, false, false, false, false, false, true),
  })
  .map((put) => ({
    ...put,
    value: put.ignoreValue ? bytes('') : put.value,
    lease: put.ignoreLease ? 0n : put.lease,
  }));

export const deleteRangeRequest: fc.Arbitrary<DeleteRangeRequest> = fc.record({
  kind: fc.constant('delete-range'),
  key,
  rangeEnd: deletedRangeEnd,
  previousKv: fc.boolean(),
});

const compareTarget: fc.Arbitrary<CompareTarget> = fc.oneof(
  fc.record({ kind: fc.constant('version' as const), version: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ kind: fc.constant('create' as const), createRevision: fc.integer({ min: 0, max: 8 }) }),
  fc.record({ kind: fc.constant('mod' as const), modRevision: fc.integer({ min: 0, max: 12 }) }),
  fc.record({ kind: fc.constant('value' as const), value }),
  fc.record({ kind: fc.constant('lease' as const), lease }),
  fc.constant({ kind: 'unknown' as const }),
);

const compare: fc.Arbitrary<Compare> = fc.record({
  key,
  rangeEnd,
  result: fc.constantFrom('equal', 'not-equal', 'greater', 'less', 'unknown'),
  target: compareTarget,
});

function branch(operation: fc.Arbitrary<TxnOperation>): fc.Arbitrary<readonly TxnOperation[]> {
  return fc.array(operation, { maxLength: 4 });
}

function txnOf(operation: fc.Arbitrary<TxnOperation>): fc.Arbitrary<TxnRequest> {
  return fc.record({
    kind: fc.constant('txn'),
    compare: fc.array(compare, { maxLength: 2 }),
    success: branch(operation),
    failure: branch(operation),
  });
}

const simple = fc.oneof(
  { weight: 3, arbitrary: putRequest },
  { weight: 2, arbitrary: deleteRangeRequest },
  { weight: 2, arbitrary: rangeRequest },
);
const nested = txnOf(fc.oneof({ weight: 6, arbitrary: simple }, { weight: 1, arbitrary: txnOf(simple) }));

export const txnRequest: fc.Arbitrary<TxnRequest> = txnOf(
  fc.oneof({ weight: 5, arbitrary: simple }, { weight: 2, arbitrary: nested }),
);

export const readTxnRequest: fc.Arbitrary<TxnRequest> = txnOf(
  fc.oneof({ weight: 3, arbitrary: rangeRequest }, { weight: 1, arbitrary: txnOf(rangeRequest) }),
);

export const leaseId = fc.constantFrom(1n, 2n, -3n);
export { revision };

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
