import { describe, expect, test } from 'vitest';
import {
  all,
  bytes,
  errorOf,
  keysOf,
  put,
  range,
  readAtHead,
  readRange,
  write,
} from '../../../test/property/state-requests.ts';
import { createState, type State } from '../state/state.ts';
import { clientErrors } from '../types/error.ts';
import { evaluateRead } from './evaluate-read.ts';

/** Revisions 2 to 8: a, b, c, d, then a, b, b again. */
function filled(): State {
  const state = createState();
  for (const key of ['a', 'b', 'c', 'd', 'a', 'b', 'b']) write(state, put(key, `${key}${state.revision}`));
  return state;
}

describe('which keys', () => {
  test.each([
    ['one key', range('b'), ['b']],
    ['no such key', range('bb'), []],
    ['an end that is excluded', range('b', 'd'), ['b', 'c']],
    ['from a key on', range('c', '\0'), ['c', 'd']],
    ['every key', range('\0', '\0'), ['a', 'b', 'c', 'd']],
    ['an end at the start: none', range('b', 'b'), []],
    ['an end below the start: none', range('c', 'a'), []],
  ])('%s', (_name, request, keys) => {
    expect(keysOf(filled(), request)).toEqual(keys);
  });

  test('keys are bytes, in byte order', () => {
    const state = createState();
    for (const key of ['\xff', 'z', '\x80', '\0', 'z\0']) write(state, put(key));
    expect(keysOf(state, all())).toEqual(['\0', 'z', 'z\0', '\x80', '\xff']);
  });
});

describe('limit, count, more', () => {
  test('the limit cuts, the count does not', () => {
    expect(readRange(filled(), all({ limit: 3 }))).toMatchObject({ count: 4, more: true });
    expect(keysOf(filled(), all({ limit: 3 }))).toEqual(['a', 'b', 'c']);
  });

  test('a limit that is just met cuts nothing', () => {
    expect(readRange(filled(), all({ limit: 4 }))).toMatchObject({ count: 4, more: false });
  });

  test.each([0, -1])('a limit of %i is none', (limit) => {
    expect(keysOf(filled(), all({ limit }))).toHaveLength(4);
  });

  test('count only: no keys, no more, whatever the limit', () => {
    expect(readRange(filled(), all({ countOnly: true, limit: 1 }))).toMatchObject({ kvs: [], count: 4, more: false });
  });

  test('filters come before the limit and leave the count alone', () => {
    const response = readRange(filled(), all({ minModRevision: 4, limit: 3 }));
    expect(response).toMatchObject({ count: 4, more: true });
    expect(keysOf(filled(), all({ minModRevision: 4, maxModRevision: 6 }))).toEqual(['a', 'c', 'd']);
    expect(keysOf(filled(), all({ minCreateRevision: 3, maxCreateRevision: 4 }))).toEqual(['b', 'c']);
  });
});

describe('sort', () => {
  test('by any target, both ways', () => {
    const order = (sortTarget: 'version' | 'create' | 'mod' | 'value' | 'key', sortOrder: 'ascend' | 'descend') =>
      keysOf(filled(), all({ sortTarget, sortOrder })).join('');
    expect(order('mod', 'ascend')).toBe('cdab');
    expect(order('mod', 'descend')).toBe('badc');
    expect(order('create', 'descend')).toBe('dcba');
    expect(order('version', 'descend').slice(0, 2)).toBe('ba');
    expect(order('value', 'descend')).toBe('dcba');
    expect(order('key', 'descend')).toBe('dcba');
  });

  test('no order with a target sorts ascending', () => {
    expect(keysOf(filled(), all({ sortTarget: 'mod' }))).toEqual(['c', 'd', 'a', 'b']);
  });

  test('no order with a target and a limit sorts what the limit and one more let through, as etcd does', () => {
    expect(keysOf(filled(), all({ sortTarget: 'mod', limit: 2 }))).toEqual(['c', 'a']);
    expect(keysOf(filled(), all({ sortTarget: 'mod', limit: 2, minModRevision: 1 }))).toEqual(['c', 'd']);
    expect(keysOf(filled(), all({ sortTarget: 'mod', limit: 2, sortOrder: 'ascend' }))).toEqual(['c', 'd']);
  });

  test('by value: asks for the values that are not in memory, then uses them', () => {
    const state = filled();
    const [a, b] = readRange(state, all()).kvs;
    a!.value = undefined;
    b!.value = undefined;
    const request = all({ sortTarget: 'value', sortOrder: 'ascend', keysOnly: true });
    expect(readAtHead(state, request)).toEqual({ kind: 'values-needed', versions: [a, b] });
    const values = new Map([
      [a!, bytes('z')],
      [b!, bytes('y')],
    ]);
    const evaluation = evaluateRead(state, request, { revision: state.revision, compactRevision: 0, values });
    expect(evaluation).toMatchObject({ response: { kvs: [{ key: 'c' }, { key: 'd' }, { key: 'b' }, { key: 'a' }] } });
  });
});

describe('revisions', () => {
  test.each([0, -1, -5])('revision %i is the current one', (revision) => {
    expect(readRange(filled(), range('b', undefined, { revision })).kvs[0]).toMatchObject({
      modRevision: 8,
      version: 3,
    });
  });

  test('a past revision shows what was, under the current header', () => {
    const evaluation = readAtHead(filled(), all({ revision: 3 }));
    expect(evaluation).toMatchObject({
      revision: 8,
      response: { count: 2, kvs: [{ key: 'a', modRevision: 2 }, { key: 'b' }] },
    });
  });

  test('an empty store is readable at revision 1 and not at 2', () => {
    expect(readAtHead(createState(), all({ revision: 1 }))).toMatchObject({ kind: 'answer', revision: 1 });
    expect(errorOf(readAtHead(createState(), all({ revision: 2 })))).toEqual(clientErrors.futureRevision);
  });

  test('what is admitted and not durable is the future', () => {
    const state = filled();
    const view = { revision: 7, compactRevision: 0, values: new Map() };
    expect(errorOf(evaluateRead(state, all({ revision: 8 }), view))).toEqual(clientErrors.futureRevision);
    expect(evaluateRead(state, range('b'), view)).toMatchObject({
      revision: 7,
      response: { kvs: [{ modRevision: 7 }] },
    });
  });

  test('below the compaction: compacted; at it: readable, and what was deleted by then is not there', () => {
    const state = filled();
    write(state, { kind: 'delete-range', key: 'c', rangeEnd: undefined, previousKv: false });
    write(state, { kind: 'compact', revision: 9, physical: false });
    expect(errorOf(readAtHead(state, all({ revision: 8 })))).toEqual(clientErrors.compacted);
    expect(keysOf(state, all({ revision: 9 }))).toEqual(['a', 'b', 'd']);
  });
});
