import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { clientErrors } from '../../src/core/types/error.ts';
import { DatabaseError, type DatabaseSnapshot } from '../../src/host/database.ts';
import type { CallDatabase, Node } from '../../src/server/services/node.ts';
import { streamSnapshot } from '../../src/server/services/snapshot.ts';
import { snapshotStallMsMax } from '../../src/server/limits.ts';
import { fakeHeader, leadingStatus } from './fake-database.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

function nodeWith(snapshot: Partial<DatabaseSnapshot>): { readonly node: Node; readonly closed: () => number } {
  let closed = 0;
  const whole: DatabaseSnapshot = {
    revision: 1,
    compactRevision: 0,
    sequence: 1,
    term: 1,
    versions: [],
    leases: [],
    auth: { enabled: false, revision: 1, users: [], roles: [] },
    alarms: [],
    read: () => Promise.resolve([]),
    close: () => void closed++,
    ...snapshot,
  };
  const database = {
    openSnapshot: () => Promise.resolve(whole),
    request: () => Promise.resolve({ header: fakeHeader, response: leadingStatus }),
  } as unknown as CallDatabase;
  return { node: { of: () => database } as unknown as Node, closed: () => closed };
}

const context = (signal: AbortSignal) => ({ signal }) as never;

test('a client that takes nothing is given up after a while, and holds nothing any more', async () => {
  const { node, closed } = nodeWith({});
  const full = { write: () => false, room: () => new Promise<void>(() => undefined) };
  const streaming = streamSnapshot(node, context(new AbortController().signal), full).catch((error: unknown) => error);
  while (vi.getTimerCount() === 0) await new Promise(setImmediate);
  await vi.advanceTimersByTimeAsync(snapshotStallMsMax - 1);
  expect(closed()).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(await streaming).toMatchObject({ clientError: clientErrors.timeout });
  expect(closed()).toBe(1);
});

test('values that cannot be had any more end the stream with what the database says', async () => {
  const version = {
    key: 'a',
    modRevision: 2,
    sub: 0,
    createRevision: 2,
    version: 1,
    lease: 0n,
    valueBytes: 3,
    value: undefined,
  };
  const { node, closed } = nodeWith({
    versions: [version],
    read: () => Promise.reject(new DatabaseError(clientErrors.leaderChanged)),
  });
  const taken = { write: () => true, room: () => Promise.resolve() };
  const streaming = streamSnapshot(node, context(new AbortController().signal), taken);
  await expect(streaming).rejects.toMatchObject({ clientError: clientErrors.leaderChanged });
  expect(closed()).toBe(1);
});

test('a client that goes away ends it', async () => {
  const { node, closed } = nodeWith({});
  const gone = new AbortController();
  const responses = {
    write: () => {
      gone.abort(new DatabaseError(clientErrors.requestCanceled));
      return true;
    },
    room: () => Promise.resolve(),
  };
  await expect(streamSnapshot(node, context(gone.signal), responses)).rejects.toMatchObject({
    clientError: clientErrors.requestCanceled,
  });
  expect(closed()).toBe(1);
});
