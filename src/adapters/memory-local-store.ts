import type { LocalEntry, LocalStore } from '../ports/local-store.ts';

/**
 * A local store in memory: gone with the process, whatever durability was asked for. For `memory:` databases and tests.
 *
 * Keys are held as strings with one char a byte, so that `<` is byte order. They are put in order when a scan asks for it, and
 * kept so until the next key comes or goes.
 */
export function createMemoryLocalStore(): LocalStore {
  const values = new Map<string, Uint8Array>();
  let sortedKeys: readonly string[] | undefined;
  let closed = false;

  function check(): void {
    if (closed) throw new Error('the local store is closed');
  }

  function put(key: string, value: Uint8Array): void {
    if (!values.has(key)) sortedKeys = undefined;
    values.set(key, value);
  }

  function remove(key: string): void {
    if (values.delete(key)) sortedKeys = undefined;
  }

  return {
    async write(batch) {
      check();
      for (const operation of batch) {
        if (operation.kind === 'put') put(textOf(operation.key), operation.value.slice());
        else remove(textOf(operation.key));
      }
    },
    async getMany(keys) {
      check();
      return keys.map((key) => values.get(textOf(key))?.slice());
    },
    async scan(from, to, limit) {
      check();
      const entries: LocalEntry[] = [];
      const end = textOf(to);
      sortedKeys ??= [...values.keys()].sort();
      for (let position = positionOf(sortedKeys, textOf(from)); entries.length < limit; position += 1) {
        const key = sortedKeys[position];
        if (key === undefined || key >= end) break;
        const value = values.get(key);
        if (value === undefined) throw new Error('assertion: a sorted key has no value');
        entries.push({ key: bytesOf(key), value: value.slice() });
      }
      return entries;
    },
    async setAside() {
      check();
      const count = values.size;
      if (count === 0) return undefined;
      values.clear();
      sortedKeys = undefined;
      return `memory: (dropped with its ${count} entries)`;
    },
    async close() {
      closed = true;
    },
  };
}

/** The position of the first key that is not below `key`. */
function positionOf(sortedKeys: readonly string[], key: string): number {
  const last = sortedKeys.at(-1);
  if (last === undefined || last < key) return sortedKeys.length;
  let low = 0;
  let high = sortedKeys.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sortedKeys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
