import { expect, test } from 'vitest';
import { deleteRange, put, write } from '../../../test/property/state-requests.ts';
import { authInitial } from '../auth/auth-state.ts';
import { settleCompaction } from '../compact/scrub.ts';
import type { Core } from '../core.ts';
import { createLeaseClock } from '../lease/lease-clock.ts';
import { snapshotsMax } from '../limits.ts';
import { createState } from '../state/state.ts';
import { createScope, createSignal, fire } from '../task.ts';
import type { SnapshotResponse } from '../types/response.ts';
import { createSnapshots } from './take-snapshots.ts';

/** Revisions 2 to 7: a, b, a, delete of b, a, b; compacted at 4. Nothing of 8 is durable. */
function world() {
  const state = createState();
  for (const key of ['a', 'b', 'a']) write(state, put(key, key));
  write(state, deleteRange('b'));
  for (const key of ['a', 'b']) write(state, put(key, key));
  write(state, { kind: 'compact', revision: 4, physical: false });
  settleCompaction(state, 4);
  const leases = createLeaseClock();
  leases.grant(9n, 60, 0);
  leases.grant(-3n, 30, 0);
  const timers: (() => void)[] = [];
  const scope = createScope({
    startCall: () => undefined,
    startTimer: (_at, done) => {
      timers.push(done);
      return () => undefined;
    },
  });
  const answers = new Map<number, SnapshotResponse>();
  const held = { scrubWaits: false, snapshotting: false };
  const scrubbed = createSignal();
  const core = { at: { monotonicMs: 0, wallMs: 0 }, emit: () => undefined } as unknown as Core;
  const snapshots = createSnapshots(core, scope, state, leases, {
    durable: { sequence: 8, revision: 7, compactRevision: 4, auth: authInitial, alarms: [] },
    scrubWaits: () => held.scrubWaits,
    scrubbed,
    began: () => (held.snapshotting = true),
    ended: () => (held.snapshotting = false),
    answer: (id, response) => void answers.set(id, response),
  });
  const settle = () => {
    while (timers.length > 0) timers.shift()!();
  };
  return { state, snapshots, answers, held, settle, scrubbed };
}

test('holds what is retained at the durable revision, in order, and the leases', () => {
  const { state, snapshots, answers, settle } = world();
  snapshots.ask(1);
  write(state, put('a', 'not durable'));
  settle();
  const { versions, leases, revision, compactRevision } = answers.get(1)!;
  expect(versions.map(({ key, modRevision }) => `${key}@${modRevision}`)).toEqual(['b@3', 'a@4', 'b@5', 'a@6', 'b@7']);
  expect(leases).toEqual([
    { lease: -3n, ttlSeconds: 30 },
    { lease: 9n, ttlSeconds: 60 },
  ]);
  expect({ revision, compactRevision }).toEqual({ revision: 7, compactRevision: 4 });
});

test('the scrub is held from the first to the last, and nobody else comes in while it waits', () => {
  const { snapshots, answers, held, settle, scrubbed } = world();
  snapshots.ask(1);
  snapshots.ask(2);
  settle();
  expect([...answers.keys()]).toEqual([1, 2]);
  held.scrubWaits = true;
  snapshots.ask(3);
  settle();
  snapshots.close(1);
  expect(held.snapshotting).toBe(true);
  snapshots.close(2);
  expect(held.snapshotting).toBe(false);
  settle();
  expect(answers.has(3)).toBe(false);
  expect(snapshots.unanswered()).toEqual([3]);
  held.scrubWaits = false;
  fire(scrubbed);
  settle();
  expect(answers.has(3)).toBe(true);
  expect(held.snapshotting).toBe(true);
  expect(snapshots.unanswered()).toEqual([]);
});

test('there are so many at most, answered or not, and whoever goes makes room', () => {
  const { snapshots, answers, held, settle } = world();
  for (let id = 1; id <= snapshotsMax; id++) expect(snapshots.ask(id)).toBe(true);
  expect(snapshots.ask(99)).toBe(false);
  // Before it is answered.
  snapshots.close(1);
  expect(snapshots.ask(99)).toBe(true);
  settle();
  expect([...answers.keys()].sort((left, right) => left - right)).toEqual([2, 3, 4, 99]);
  for (const id of [2, 3, 4, 99, 5]) snapshots.close(id);
  expect(held.snapshotting).toBe(false);
});
