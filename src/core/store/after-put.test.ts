import { expect, test } from 'vitest';
import { afterPut } from './after-put.ts';

const problem = { code: 'SlowDown', message: 'later', permanent: false };

test('only the store itself says yes', () => {
  expect(afterPut({ kind: 'ok', etag: '"1"' })).toEqual({ kind: 'done', etag: '"1"' });
});

test.each([{ kind: 'refused', problem }, { kind: 'conflict' }] as const)(
  '$kind: the same bytes go again',
  (outcome) => {
    expect(afterPut(outcome)).toEqual({ kind: 'send-again' });
  },
);

test.each([{ kind: 'unknown', problem }, { kind: 'condition-failed' }] as const)(
  '$kind: the object is read',
  (outcome) => {
    expect(afterPut(outcome)).toEqual({ kind: 'read-back' });
  },
);
