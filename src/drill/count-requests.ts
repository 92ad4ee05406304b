import { kindOfKey, type ObjectKeyKind } from '../core/format/keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** What a store is asked for, counted as a bill counts it: each request once, whatever came of it, and the bytes of objects that went either way. */

export type RequestOperation = 'put' | 'get' | 'list' | 'delete';

export interface RequestCount {
  /** What was being done. */
  readonly phase: string;
  readonly operation: RequestOperation;
  /** Of the object; of a listing and of a deletion of several, `any`. */
  readonly object: ObjectKeyKind | 'any';
  readonly requests: number;
  readonly bytes: number;
}

export interface RequestCounter {
  readonly store: ObjectStore;
  /** From now on. */
  phase(name: string): void;
  counts(): readonly RequestCount[];
}

export function countRequests(store: ObjectStore, phase: string): RequestCounter {
  const counts = new Map<string, { -readonly [Name in keyof RequestCount]: RequestCount[Name] }>();
  let current = phase;

  /** Answers what adds the bytes of the answer. */
  function count(operation: RequestOperation, key: string | undefined, bytes: number): (bytes: number) => void {
    const object = key === undefined ? 'any' : (kindOfKey(key) ?? 'any');
    const name = `${current} ${operation} ${object}`;
    const known = counts.get(name) ?? { phase: current, operation, object, requests: 0, bytes: 0 };
    counts.set(name, known);
    known.requests += 1;
    known.bytes += bytes;
    return (more) => (known.bytes += more);
  }

  return {
    store: {
      description: store.description,
      async put(key, body, condition) {
        count('put', key, body.length);
        return store.put(key, body, condition);
      },
      async get(key, range) {
        const answered = count('get', key, 0);
        const outcome = await store.get(key, range);
        if (outcome.kind === 'ok') answered(outcome.body.length);
        return outcome;
      },
      async list(prefix, options) {
        count('list', undefined, 0);
        return store.list(prefix, options);
      },
      async deleteMany(keys) {
        count('delete', keys.length === 1 ? keys[0] : undefined, 0);
        return store.deleteMany(keys);
      },
      close: () => store.close(),
    },
    phase: (name) => void (current = name),
    counts: () => [...counts.values()].map((each) => ({ ...each })),
  };
}
