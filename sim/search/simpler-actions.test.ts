import { expect, test } from 'vitest';
import type { Action } from '../types/scenario.ts';
import { simplerActions } from './simpler-actions.ts';

function instead(action: Action): readonly Action[] {
  return [...simplerActions({ id: 'o1', client: 'c', node: 0, atMs: 0, action })];
}

const put = { kind: 'put', key: 'a', value: 'o1' } as const;
const range = { kind: 'range', key: 'a' } as const;

test('a transaction gives way to one of its operations, whichever branch it stands in', () => {
  const txn = { kind: 'txn', success: [put], failure: [range] } as const;
  expect(instead({ kind: 'request', request: txn })).toEqual([
    { kind: 'request', request: put },
    { kind: 'request', request: range },
  ]);
});

test('a procedure gives way to a request of its own, which writes what nobody else writes', () => {
  expect(instead({ kind: 'guaranteed-update', key: 'a', value: 'o1', attemptsMax: 3 })).toEqual([
    { kind: 'request', request: put },
  ]);
  const keys = ['a', 'b'];
  const hold = { ttlSeconds: 0, keepAliveEveryMs: 0, forMs: 1, revoke: false } as const;
  expect(instead({ kind: 'hold-lease', lease: '7', keys, ...hold })).toEqual([
    { kind: 'request', request: { kind: 'lease-grant', id: '7', ttlSeconds: 1 } },
    { kind: 'request', request: { kind: 'put', key: 'a', value: 'o1/a' } },
    { kind: 'request', request: { kind: 'put', key: 'b', value: 'o1/b' } },
  ]);
});

test('a single request stays', () => {
  expect(instead({ kind: 'request', request: put })).toEqual([]);
});
