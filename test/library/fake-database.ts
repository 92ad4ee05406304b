import type { Request } from '../../src/core/types/request.ts';
import type { WatchCreateRequest, WatchResponse } from '../../src/core/types/watch.ts';
import type { Database, KeyValue, Resolved, WatchConsumer } from '../../src/host/database.ts';

/** A database whose answers and watch messages the test writes. */
export function fakeDatabase(answer: (request: Request) => unknown = () => ({})) {
  const requests: Request[] = [];
  const calls: string[] = [];
  let consumer: WatchConsumer | undefined;
  let created: WatchCreateRequest | undefined;
  const database: Database = {
    async request(request) {
      requests.push(request);
      return (await answer(request)) as never;
    },
    openWatch(opened) {
      consumer = opened;
      return {
        create: (request) => void (created = request),
        cancel: (watchId) => void calls.push(`cancel ${watchId}`),
        progress: () => void calls.push('progress'),
        consumed: (messages) => void calls.push(`consumed ${messages}`),
        close: () => void calls.push('close'),
      };
    },
    openSnapshot: () => Promise.reject(new Error('the test has no snapshot')),
    close: async () => void calls.push('close database'),
  };
  return {
    database,
    requests,
    calls,
    created: () => created,
    consumer: () => consumer!,
  };
}

export function keyValue(key: string, modRevision: number, changes: Partial<KeyValue> = {}): KeyValue {
  const value = new TextEncoder().encode(`${key}@${modRevision}`);
  return {
    key,
    modRevision,
    sub: 0,
    createRevision: modRevision,
    version: 1,
    lease: 0n,
    valueBytes: value.length,
    value,
    ...changes,
  };
}

export function watchMessage(changes: Partial<Resolved<WatchResponse>>): Resolved<WatchResponse> {
  return {
    watchId: 0n,
    revision: 1,
    term: 1,
    created: false,
    canceled: false,
    compactRevision: 0,
    cancelReason: '',
    fragment: false,
    events: [],
    ...changes,
  };
}
