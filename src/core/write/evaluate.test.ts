import { describe, expect, test } from 'vitest';
import {
  all,
  bytes,
  deleteRange,
  errorOf,
  grant,
  put,
  range,
  readRange,
  versionsIn,
  write,
} from '../../../test/property/state-requests.ts';
import { createState } from '../state/state.ts';
import { clientErrors } from '../types/error.ts';
import { evaluateWrite } from './evaluate.ts';

describe('put', () => {
  test('the first write of a store makes revision 2', () => {
    const state = createState();
    expect(state.revision).toBe(1);
    expect(evaluateWrite(state, put('a', 'x'))).toMatchObject({ kind: 'record', revision: 2 });
    expect(state.revision).toBe(2);
  });

  test('counts versions, keeps the creation; after a delete both start again', () => {
    const state = createState();
    for (const value of ['x', 'x', '']) write(state, put('a', value));
    expect(readRange(state, range('a')).kvs[0]).toMatchObject({
      createRevision: 2,
      modRevision: 4,
      version: 3,
      valueBytes: 0,
    });
    write(state, deleteRange('a'));
    write(state, put('a'));
    expect(readRange(state, range('a')).kvs[0]).toMatchObject({ createRevision: 6, modRevision: 6, version: 1 });
  });

  test('the previous version: only if asked for, none on creation', () => {
    const state = createState();
    expect(write(state, put('a', 'x', { previousKv: true }))).toEqual({ kind: 'put', previous: undefined });
    expect(write(state, put('a', 'y'))).toEqual({ kind: 'put', previous: undefined });
    expect(write(state, put('a', 'z', { previousKv: true }))).toMatchObject({
      previous: { modRevision: 3, value: bytes('y') },
    });
  });

  test('an unknown lease, negative ones too, and a key that is missing', () => {
    const state = createState();
    expect(errorOf(evaluateWrite(state, put('a', '', { lease: -7n })))).toEqual(clientErrors.leaseNotFound);
    expect(errorOf(evaluateWrite(state, put('a', '', { ignoreValue: true })))).toEqual(clientErrors.keyNotFound);
    expect(errorOf(evaluateWrite(state, put('a', '', { ignoreLease: true })))).toEqual(clientErrors.keyNotFound);
    expect(errorOf(evaluateWrite(state, put('a', '', { ignoreValue: true, lease: 5n })))).toEqual(
      clientErrors.leaseNotFound,
    );
    expect(state.revision).toBe(1);
    expect(versionsIn(state)).toEqual([]);
  });

  test('keeps the value or the lease that it ignores', () => {
    const state = createState();
    grant(state, 5n);
    write(state, put('a', 'x', { lease: 5n }));
    write(state, put('a', 'y', { ignoreLease: true }));
    expect(readRange(state, range('a')).kvs[0]).toMatchObject({ lease: 5n, value: bytes('y') });
    write(state, put('a', '', { ignoreValue: true }));
    expect(readRange(state, range('a')).kvs[0]).toMatchObject({ lease: 0n, value: bytes('y') });
    expect(state.leases.get(5n)!.keys.size).toBe(0);
  });

  test('a value that is kept and not in memory is asked for', () => {
    const state = createState();
    write(state, put('a', 'x'));
    const [version] = versionsIn(state);
    version!.value = undefined;
    const request = put('a', '', { ignoreValue: true });
    expect(evaluateWrite(state, request)).toEqual({ kind: 'values-needed', versions: [version] });
    expect(evaluateWrite(state, request, new Map([[version!, bytes('x')]]))).toMatchObject({
      kind: 'record',
      versions: [{ value: bytes('x'), valueBytes: 1 }],
    });
  });

  test('another lease, or none, takes the key from its lease', () => {
    const state = createState();
    grant(state, 1n);
    grant(state, -2n);
    const attached = () => [1n, -2n].map((id) => state.leases.get(id)!.keys.size);
    write(state, put('a', '', { lease: 1n }));
    expect(attached()).toEqual([1, 0]);
    write(state, put('a', '', { lease: -2n }));
    expect(attached()).toEqual([0, 1]);
    write(state, put('a'));
    expect(attached()).toEqual([0, 0]);
  });
});

describe('delete', () => {
  test('one revision for all keys, in key order, with the previous versions if asked', () => {
    const state = createState();
    for (const key of ['c', 'a', 'b']) write(state, put(key));
    const evaluation = evaluateWrite(state, deleteRange('a', 'c', true));
    expect(evaluation).toMatchObject({
      kind: 'record',
      revision: 5,
      record: { operations: [{ key: 'a' }, { key: 'b' }] },
      versions: [
        { key: 'a', sub: 0, version: 0 },
        { key: 'b', sub: 1 },
      ],
      response: {
        deleted: 2,
        previous: [
          { key: 'a', modRevision: 3 },
          { key: 'b', modRevision: 4 },
        ],
      },
    });
    expect(write(state, deleteRange('c'))).toEqual({ kind: 'delete-range', deleted: 1, previous: [] });
  });

  test('of nothing: an answer, and the revision stays', () => {
    const state = createState();
    write(state, put('a'));
    expect(evaluateWrite(state, deleteRange('b', '\0', true))).toEqual({
      kind: 'answer',
      revision: 2,
      response: { kind: 'delete-range', deleted: 0, previous: [] },
    });
    expect(state.revision).toBe(2);
  });

  test('takes the key from its lease', () => {
    const state = createState();
    grant(state, 1n);
    write(state, put('a', '', { lease: 1n }));
    write(state, deleteRange('a'));
    expect(state.leases.get(1n)!.keys.size).toBe(0);
  });
});

describe('compact', () => {
  test('a store that was never compacted takes 0, and refuses what is negative', () => {
    const state = createState();
    const compact = (revision: number) => evaluateWrite(state, { kind: 'compact', revision, physical: false });
    expect(errorOf(compact(-1))).toEqual(clientErrors.compacted);
    expect(compact(0)).toMatchObject({ kind: 'answer', revision: 1 });
    expect(compact(1)).toMatchObject({ kind: 'record', record: { kind: 'compact', revision: 1 }, revision: 1 });
    expect(errorOf(compact(0))).toEqual(clientErrors.compacted);
    expect(errorOf(compact(1))).toEqual(clientErrors.compacted);
    expect(errorOf(compact(2))).toEqual(clientErrors.futureRevision);
  });

  test('at the current revision it is allowed, and moves no revision', () => {
    const state = createState();
    write(state, put('a'));
    expect(write(state, { kind: 'compact', revision: 2, physical: true })).toEqual({ kind: 'compact' });
    expect(state).toMatchObject({ revision: 2, compactRevision: 2, settledCompactRevision: 0 });
    expect(readRange(state, all()).count).toBe(1);
  });
});

describe('lease', () => {
  test.each([
    [-5, 2],
    [0, 2],
    [2, 2],
    [3, 3],
    [9_000_000_000, 9_000_000_000],
  ])('a time to live of %i is granted as %i', (ttlSeconds, granted) => {
    const state = createState();
    const evaluation = evaluateWrite(state, { kind: 'lease-grant', id: -1n, ttlSeconds });
    const expected = { kind: 'lease-grant', ttlSeconds: granted };
    expect(evaluation).toMatchObject({
      record: { ...expected, lease: -1n },
      response: { ...expected, id: -1n },
      revision: 1,
    });
  });

  test('too long is refused first, then an id that is taken', () => {
    const state = createState();
    grant(state, 1n);
    const evaluate = (ttlSeconds: number) => evaluateWrite(state, { kind: 'lease-grant', id: 1n, ttlSeconds });
    expect(errorOf(evaluate(9_000_000_001))).toEqual(clientErrors.leaseTtlTooLarge);
    expect(errorOf(evaluate(5))).toEqual(clientErrors.leaseExists);
  });

  test('a revoke deletes its keys in one revision, in key order', () => {
    const state = createState();
    grant(state, 1n);
    for (const key of ['c', 'a', '\xff', 'b']) write(state, put(key, '', { lease: key === 'b' ? 0n : 1n }));
    const evaluation = evaluateWrite(state, { kind: 'lease-revoke', id: 1n });
    expect(evaluation).toMatchObject({
      revision: 6,
      record: { kind: 'lease-revoke', lease: 1n, revision: 6, keys: ['a', 'c', '\xff'] },
      versions: [
        { key: 'a', sub: 0 },
        { key: 'c', sub: 1 },
        { key: '\xff', sub: 2 },
      ],
    });
    expect(readRange(state, all()).kvs.map(({ key }) => key)).toEqual(['b']);
    expect(state.leases.size()).toBe(0);
  });

  test('a revoke without keys leaves the revision; of an unknown lease it is refused', () => {
    const state = createState();
    grant(state, 1n);
    expect(evaluateWrite(state, { kind: 'lease-revoke', id: 1n })).toMatchObject({
      kind: 'record',
      revision: 1,
      record: { revision: 0, keys: [] },
    });
    expect(errorOf(evaluateWrite(state, { kind: 'lease-revoke', id: 1n }))).toEqual(clientErrors.leaseNotFound);
  });
});
