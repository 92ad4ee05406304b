import { describe, expect, test } from 'vitest';
import {
  all,
  bytes,
  compare,
  deleteRange,
  errorOf,
  grant,
  put,
  range,
  readAtHead,
  txn,
  versionsIn,
  write,
} from '../../../test/property/state-requests.ts';
import { isReadRequest } from '../read/evaluate-read.ts';
import { createState, type State } from '../state/state.ts';
import { clientErrors } from '../types/error.ts';
import type { Compare, TxnOperation } from '../types/request.ts';
import { evaluateWrite } from './evaluate.ts';

/** Revisions 2 and 3. */
function filled(): State {
  const state = createState();
  for (const key of ['a', 'b']) write(state, put(key, key));
  return state;
}

function succeeded(state: State, ...compares: Compare[]): boolean {
  const evaluation = readAtHead(state, txn([], [], compares));
  if (evaluation.kind !== 'answer' || evaluation.response.kind !== 'txn') throw new Error('not answered');
  return evaluation.response.succeeded;
}

const version = (number: number) => ({ kind: 'version', version: number }) as const;

describe('compares', () => {
  test('of a key that is missing are of zeros', () => {
    const state = filled();
    expect(succeeded(state, compare('x', version(0)))).toBe(true);
    expect(succeeded(state, compare('x', { kind: 'create', createRevision: 0 }))).toBe(true);
    expect(succeeded(state, compare('x', { kind: 'mod', modRevision: 1 }, 'less'))).toBe(true);
    expect(succeeded(state, compare('x', { kind: 'lease', lease: -5n }, 'greater'))).toBe(true);
  });

  test.each(['equal', 'not-equal', 'greater', 'less', 'unknown'] as const)(
    'of the value of a missing key fail: %s',
    (result) => {
      expect(succeeded(filled(), compare('x', { kind: 'value', value: bytes('') }, result))).toBe(false);
      expect(succeeded(filled(), compare('x', { kind: 'value', value: bytes('y') }, result))).toBe(false);
    },
  );

  test('of a range: every key, and an empty one is a missing key', () => {
    const state = filled();
    expect(succeeded(state, compare('a', version(1), 'equal', '\0'))).toBe(true);
    write(state, put('b'));
    expect(succeeded(state, compare('a', version(1), 'equal', '\0'))).toBe(false);
    expect(succeeded(state, compare('b', version(0), 'equal', 'a'))).toBe(true);
  });

  test('unknown targets are equal, unknown results hold', () => {
    const state = filled();
    expect(succeeded(state, compare('a', { kind: 'unknown' }))).toBe(true);
    expect(succeeded(state, compare('a', { kind: 'unknown' }, 'not-equal'))).toBe(false);
    expect(succeeded(state, compare('a', version(77), 'unknown'))).toBe(true);
  });

  test('of values by bytes, asking for those that are not in memory', () => {
    const state = filled();
    const value = { kind: 'value', value: bytes('a') } as const;
    expect(succeeded(state, compare('a', value))).toBe(true);
    expect(succeeded(state, compare('b', value, 'greater'))).toBe(true);
    const [held] = versionsIn(state);
    held!.value = undefined;
    expect(readAtHead(state, txn([], [], [compare('a', value)]))).toEqual({ kind: 'values-needed', versions: [held] });
    // Another length tells enough.
    expect(succeeded(state, compare('a', { kind: 'value', value: bytes('long') }))).toBe(false);
    // So does another compare that fails.
    expect(succeeded(state, compare('a', value), compare('b', version(9)))).toBe(false);
  });

  test('all see the state before, those of nested transactions too', () => {
    const state = filled();
    const nested = txn([put('seen')], [put('missed')], [compare('x', version(0))]);
    expect(write(state, txn([put('x'), nested]))).toMatchObject({ responses: [{}, { response: { succeeded: true } }] });
  });
});

describe('operations', () => {
  test('share one revision and see those before them', () => {
    const state = filled();
    const evaluation = evaluateWrite(state, txn([all(), put('c'), all(), deleteRange('a', 'c'), all()]));
    expect(evaluation).toMatchObject({
      kind: 'record',
      revision: 4,
      versions: [
        { key: 'c', sub: 0 },
        { key: 'a', sub: 1 },
        { key: 'b', sub: 2 },
      ],
      response: {
        responses: [
          { revision: 3, response: { count: 2 } },
          { revision: 4, response: { kind: 'put' } },
          { revision: 4, response: { count: 3 } },
          { revision: 4, response: { deleted: 2 } },
          { revision: 4, response: { count: 1, kvs: [{ key: 'c' }] } },
        ],
      },
    });
  });

  test('a range at an old revision works inside', () => {
    const state = filled();
    expect(write(state, txn([deleteRange('a'), range('a', undefined, { revision: 2 })]))).toMatchObject({
      responses: [{ revision: 4 }, { revision: 4, response: { kvs: [{ key: 'a', modRevision: 2 }] } }],
    });
  });

  test('nothing written: an answer, and the revision stays', () => {
    const state = filled();
    expect(evaluateWrite(state, txn([deleteRange('x'), all()]))).toMatchObject({ kind: 'answer', revision: 3 });
    expect(evaluateWrite(state, txn([put('c')], [], [compare('a', version(0))]))).toMatchObject({
      kind: 'answer',
      revision: 3,
    });
    expect(state.revision).toBe(3);
  });

  test.each<[string, TxnOperation, keyof typeof clientErrors]>([
    ['the future', range('a', undefined, { revision: 4 }), 'futureRevision'],
    ['what is compacted', range('a', undefined, { revision: 2 }), 'compacted'],
    ['a negative revision, once compacted', range('a', undefined, { revision: -1 }), 'compacted'],
    ['an unknown lease', put('z', '', { lease: 9n }), 'leaseNotFound'],
    ['a value to keep that is not there', put('z', '', { ignoreValue: true }), 'keyNotFound'],
    ['a lease to keep that is not there', put('z', '', { ignoreLease: true }), 'keyNotFound'],
  ])('fail all together: %s', (_name, operation, error) => {
    const state = filled();
    write(state, { kind: 'compact', revision: 3, physical: false });
    expect(errorOf(evaluateWrite(state, txn([put('c'), txn([operation])])))).toEqual(clientErrors[error]);
    expect(state).toMatchObject({ revision: 3, keys: 2, versions: 2 });
    expect(versionsIn(state).map(({ key }) => key)).toEqual(['a', 'b']);
    // In the branch that is not taken nobody looks.
    expect(evaluateWrite(state, txn([put('c')], [operation]))).toMatchObject({ kind: 'record', revision: 4 });
  });

  test('the first refusal is told, depth first', () => {
    const state = filled();
    const late = range('a', undefined, { revision: 99 });
    const unknown = put('z', '', { lease: 9n });
    expect(errorOf(evaluateWrite(state, txn([txn([unknown]), late])))).toEqual(clientErrors.leaseNotFound);
    expect(errorOf(evaluateWrite(state, txn([late, txn([unknown])])))).toEqual(clientErrors.futureRevision);
  });

  test('a put that lacks both its lease and its key: alone the lease is told, in a transaction the key', () => {
    const request = put('z', '', { ignoreValue: true, lease: 9n });
    expect(errorOf(evaluateWrite(filled(), request))).toEqual(clientErrors.leaseNotFound);
    expect(errorOf(evaluateWrite(filled(), txn([request])))).toEqual(clientErrors.keyNotFound);
  });

  test('a negative revision is the current one as long as nothing was compacted, down to -1', () => {
    const state = filled();
    expect(readAtHead(state, txn([range('a', undefined, { revision: -1 })]))).toMatchObject({ kind: 'answer' });
    expect(errorOf(readAtHead(state, txn([range('a', undefined, { revision: -2 })])))).toEqual(clientErrors.compacted);
  });

  test('one key may change twice in one revision where etcd overlooks it', () => {
    const state = filled();
    expect(write(state, txn([deleteRange('\0', '\0'), put('b', 'new')]))).toMatchObject({
      responses: [{ response: { deleted: 2 } }, {}],
    });
    const response = { kvs: [{ key: 'b', createRevision: 4, modRevision: 4, sub: 2, version: 1 }], count: 1 };
    expect(readAtHead(state, all())).toMatchObject({ response });
    expect(write(state, txn([txn([put('x')]), txn([deleteRange('x', undefined, true)])]))).toMatchObject({
      responses: [{}, { response: { responses: [{ response: { deleted: 1, previous: [{ createRevision: 5 }] } }] } }],
    });
    expect(readAtHead(state, range('x'))).toMatchObject({ response: { count: 0 } });
    expect(state.history.between(5, 5)).toMatchObject([
      { key: 'x', version: 1 },
      { key: 'x', version: 0 },
    ]);
  });

  test('a put that keeps what the same transaction deleted keeps what was before it', () => {
    const state = filled();
    grant(state, 5n);
    write(state, put('b', 'old', { lease: 5n }));
    write(state, txn([deleteRange('b', '\0'), put('b', '', { ignoreValue: true, ignoreLease: true })]));
    const kv = { key: 'b', value: bytes('old'), lease: 5n, version: 1, createRevision: 5 };
    expect(readAtHead(state, range('b'))).toMatchObject({ response: { kvs: [kv] } });
    expect([...state.leases.get(5n)!.keys]).toEqual(['b']);
  });
});

test('a transaction reads when neither branch writes, nested ones included', () => {
  expect(isReadRequest(all())).toBe(true);
  expect(isReadRequest(txn([all(), txn([range('a')])]))).toBe(true);
  expect(isReadRequest(txn([], [txn([], [deleteRange('a')])]))).toBe(false);
  expect(isReadRequest(put('a'))).toBe(false);
});
