import type { ObjectStore } from '../src/ports/object-store.ts';

/** Requests and bytes by the kind of object, as a bill would have them. */
export interface StoreCount {
  puts: number;
  putBytes: number;
  gets: number;
  getBytes: number;
}

export interface CountingStore extends ObjectStore {
  /** What was counted since the last time, by the first part of the key. */
  taken(): ReadonlyMap<string, StoreCount>;
}

export function countingStore(store: ObjectStore): CountingStore {
  let counts = new Map<string, StoreCount>();

  function countOf(key: string): StoreCount {
    const kind = key.split('/')[0]!;
    const count = counts.get(kind) ?? { puts: 0, putBytes: 0, gets: 0, getBytes: 0 };
    counts.set(kind, count);
    return count;
  }

  return {
    description: store.description,
    put(key, body, condition) {
      const count = countOf(key);
      count.puts += 1;
      count.putBytes += body.length;
      return store.put(key, body, condition);
    },
    async get(key, range) {
      const outcome = await store.get(key, range);
      const count = countOf(key);
      count.gets += 1;
      if (outcome.kind === 'ok') count.getBytes += outcome.body.length;
      return outcome;
    },
    list: (prefix, options) => store.list(prefix, options),
    deleteMany: (keys) => store.deleteMany(keys),
    close: () => store.close(),
    taken() {
      const taken = counts;
      counts = new Map();
      return taken;
    },
  };
}

export function sumOf(counts: ReadonlyMap<string, StoreCount>, kinds: readonly string[]): StoreCount {
  const sum: StoreCount = { puts: 0, putBytes: 0, gets: 0, getBytes: 0 };
  for (const kind of kinds) {
    const count = counts.get(kind);
    if (count === undefined) continue;
    sum.puts += count.puts;
    sum.putBytes += count.putBytes;
    sum.gets += count.gets;
    sum.getBytes += count.getBytes;
  }
  return sum;
}
