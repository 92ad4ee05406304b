import { expect, test } from 'vitest';
import { all, deleteRange, keysOf, put, txn, versionsIn, write } from '../../../test/property/state-requests.ts';
import { createState, previousVersion, type State } from '../state/state.ts';
import { scrub, settleCompaction } from './scrub.ts';

function compact(state: State, revision: number): void {
  write(state, { kind: 'compact', revision, physical: false });
  settleCompaction(state, revision);
}

function scrubAll(state: State): string[] {
  const dropped: string[] = [];
  for (;;) {
    const scrubbed = scrub(state, 2);
    expect(scrubbed.dropped.length).toBeLessThanOrEqual(2);
    dropped.push(...scrubbed.dropped.map(({ key, modRevision }) => `${key}@${modRevision}`));
    if (scrubbed.done) return dropped;
  }
}

/** Revisions 2 to 7: a, b, a, delete of b, a, b. */
function filled(): State {
  const state = createState();
  for (const key of ['a', 'b', 'a']) write(state, put(key, key));
  write(state, deleteRange('b'));
  for (const key of ['a', 'b']) write(state, put(key, key));
  return state;
}

test('nothing is dropped before the compaction is settled', () => {
  const state = filled();
  write(state, { kind: 'compact', revision: 7, physical: false });
  expect(scrub(state, 10)).toEqual({ dropped: [], done: true });
  expect(state.history.between(2, 7)).toHaveLength(6);
});

test('keeps the newest at or below the compaction and all above it', () => {
  const state = filled();
  compact(state, 4);
  expect(scrubAll(state)).toEqual(['a@2']);
  expect(versionsIn(state).map(({ key, modRevision }) => `${key}@${modRevision}`)).toEqual([
    'a@4',
    'a@6',
    'b@3',
    'b@5',
    'b@7',
  ]);
});

test('a tombstone at the compaction stays, for a watcher that starts there; the next compaction takes it', () => {
  const state = filled();
  compact(state, 5);
  expect(scrubAll(state)).toEqual(['a@2', 'b@3']);
  expect(state.history.between(5, 5)).toMatchObject([{ key: 'b', version: 0 }]);
  compact(state, 6);
  expect(scrubAll(state).sort()).toEqual(['a@4', 'b@5']);
});

test('a tombstone that nothing follows is dropped with its key', () => {
  const state = createState();
  write(state, put('a', 'x'));
  write(state, deleteRange('a'));
  compact(state, 3);
  expect(scrubAll(state)).toEqual(['a@2']);
  write(state, put('b'));
  compact(state, 4);
  expect(scrubAll(state)).toEqual(['a@3']);
  expect(state.index.versionsOf('a')).toEqual([]);
  expect(state).toMatchObject({ versions: 1, keys: 1, bytesTotal: 1, bytesInUse: 1 });
  write(state, put('a'));
  expect(keysOf(state, all())).toEqual(['a', 'b']);
});

test('many versions of one key go little by little', () => {
  const state = createState();
  for (let count = 0; count < 50; count++) write(state, put('a'));
  compact(state, state.revision);
  expect(scrub(state, 20)).toMatchObject({ done: false, dropped: { length: 20 } });
  expect(scrub(state, 20)).toMatchObject({ done: false, dropped: { length: 20 } });
  expect(scrubAll(state)).toHaveLength(9);
  expect(state.versions).toBe(1);
});

test('two changes of one key at the compaction both stay', () => {
  const state = createState();
  write(state, put('a'));
  write(state, txn([deleteRange('\0', '\0'), put('a')]));
  compact(state, 3);
  expect(scrubAll(state)).toEqual(['a@2']);
  expect(state.history.between(3, 3)).toHaveLength(2);
});

test('the previous version: not on creation, not from below the compaction', () => {
  const state = filled();
  const previous = (revision: number) => {
    const [version] = state.history.between(revision, revision);
    return previousVersion(state, version!)?.modRevision;
  };
  expect([2, 3, 4, 5, 6, 7].map(previous)).toEqual([undefined, undefined, 2, 3, 4, undefined]);
  compact(state, 5);
  expect([5, 6].map(previous)).toEqual([undefined, 4]);
  scrubAll(state);
  expect([5, 6].map(previous)).toEqual([undefined, 4]);
});

test('history below a settled compaction is not to be asked for', () => {
  const state = filled();
  compact(state, 5);
  expect(() => state.history.between(4, 7)).toThrow('history below a compaction is gone');
});
