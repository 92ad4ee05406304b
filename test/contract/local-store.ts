import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LocalEntry, LocalOperation, LocalStore } from '../../src/ports/local-store.ts';

/** What every `LocalStore` must do. `open` gives an empty store each time. */
export function localStoreContract(name: string, open: () => Promise<LocalStore>): void {
  describe(`local store contract: ${name}`, () => {
    let store: LocalStore;

    beforeEach(async () => {
      store = await open();
    });
    afterEach(async () => {
      await store.close();
    });

    test('a value written is read back, byte for byte, with either durability', async () => {
      const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      await store.write([put('a', everyByte)], { durability: 'none' });
      await store.write([put('b', everyByte)], { durability: 'fsync' });
      expect(await store.getMany([bytes('a'), bytes('b')])).toEqual([everyByte, everyByte]);
    });

    test('getMany answers in the order asked, undefined for what is missing, twice for what is asked twice', async () => {
      await write(put('a', 'one'), put('b', 'two'), put('empty', ''));
      const values = await store.getMany(['b', 'missing', 'a', 'empty', 'b'].map(bytes));
      expect(values.map((value) => value && text(value))).toEqual(['two', undefined, 'one', '', 'two']);
      expect(await store.getMany([])).toEqual([]);
    });

    test('values and keys are plain byte arrays', async () => {
      await write(put('a', 'one'));
      const [value] = await store.getMany([bytes('a')]);
      const [entry] = await store.scan(bytes('a'), bytes('b'), 1);
      for (const read of [value, entry?.key, entry?.value])
        expect(Object.getPrototypeOf(read)).toBe(Uint8Array.prototype);
    });

    test('later operations of a batch win over earlier ones', async () => {
      await write(put('a', '1'), remove('a'), put('b', '1'), put('b', '2'), remove('c'));
      expect(await contentOf(store)).toEqual({ b: '2' });
    });

    test('a deleted key is gone, and deleting a missing one succeeds', async () => {
      await write(put('a', '1'), put('b', '1'));
      await write(remove('a'), remove('never'));
      expect(await contentOf(store)).toEqual({ b: '1' });
    });

    test('an empty batch is no change', async () => {
      await write(put('a', '1'));
      await store.write([], { durability: 'fsync' });
      expect(await contentOf(store)).toEqual({ a: '1' });
    });

    test('keys sort by unsigned byte, a prefix before what it begins', async () => {
      const keys = [[0], [0, 0], [0, 255], [1], [0x61], [0x7f], [0x80], [0xc3, 0xa9], [0xff], [0xff, 0], [0xff, 0xff]];
      const shuffled = [7, 2, 10, 0, 5, 9, 1, 8, 4, 3, 6].map((position) => keys[position] as number[]);
      await store.write(
        shuffled.map((key) => ({ kind: 'put', key: Uint8Array.from(key), value: Uint8Array.from(key) })),
        { durability: 'none' },
      );
      const entries = await store.scan(Uint8Array.of(0), Uint8Array.of(0xff, 0xff, 0xff), 100);
      expect(entries.map(({ key }) => [...key])).toEqual(keys);
      expect(entries.map(({ value }) => [...value])).toEqual(keys);
    });

    test('scan takes its lower bound and leaves its upper bound', async () => {
      await write(...['a', 'b', 'c', 'd'].map((key) => put(key, key)));
      expect(keysOf(await store.scan(bytes('b'), bytes('d'), 10))).toEqual(['b', 'c']);
      expect(keysOf(await store.scan(bytes('aa'), bytes('cc'), 10))).toEqual(['b', 'c']);
      expect(keysOf(await store.scan(bytes('b'), bytes('b'), 10))).toEqual([]);
      expect(keysOf(await store.scan(bytes('c'), bytes('a'), 10))).toEqual([]);
      expect(keysOf(await store.scan(bytes('x'), bytes('z'), 10))).toEqual([]);
    });

    test('scan gives no more than its limit, the first ones, also past a thousand', async () => {
      const keys = Array.from({ length: 2_500 }, (_, position) => `k${String(position).padStart(5, '0')}`);
      await write(...keys.map((key) => put(key, 'x')));
      expect(keysOf(await store.scan(bytes('k'), bytes('l'), 3))).toEqual(keys.slice(0, 3));
      expect(keysOf(await store.scan(bytes('k'), bytes('l'), 1_234))).toEqual(keys.slice(0, 1_234));
      expect(keysOf(await store.scan(bytes('k'), bytes('l'), 10_000))).toEqual(keys);
      expect(await store.scan(bytes('k'), bytes('l'), 0)).toEqual([]);
    });

    test('writes that are under way at once are applied in call order', async () => {
      const writes = Array.from({ length: 500 }, (_, turn) =>
        store.write([put('last', String(turn)), put(`turn-${turn % 7}`, String(turn))], {
          durability: turn % 50 === 0 ? 'fsync' : 'none',
        }),
      );
      await Promise.all(writes);
      const content = await contentOf(store);
      expect(content['last']).toBe('499');
      for (let slot = 0; slot < 7; slot += 1) expect(Number(content[`turn-${slot}`]) % 7).toBe(slot);
      expect(content['turn-0']).toBe('497');
    });

    test('a batch is seen whole or not at all by reads that run beside it', async () => {
      await write(put('a', '0'), put('z', '0'));
      const reads: Promise<readonly (readonly string[])[]>[] = [];
      const writes: Promise<void>[] = [];
      for (let turn = 1; turn <= 100; turn += 1) {
        writes.push(store.write([put('a', String(turn)), put('z', String(turn))], { durability: 'none' }));
        reads.push(bothWays(store));
        if (turn % 10 === 0) await writes.at(-1);
      }
      await Promise.all(writes);
      for (const pairs of await Promise.all(reads)) for (const [a, z] of pairs) expect(a).toBe(z);
    });

    test('a read started after a write resolved sees it', async () => {
      for (let turn = 0; turn < 50; turn += 1) {
        await write(put('a', String(turn)));
        expect(await contentOf(store)).toEqual({ a: String(turn) });
      }
    });

    test('what the caller does to a value he was given changes nothing in the store', async () => {
      await write(put('a', 'one'));
      const [value] = await store.getMany([bytes('a')]);
      value?.fill(0);
      expect(await contentOf(store)).toEqual({ a: 'one' });
    });

    test('setAside leaves an empty store that works, and says where the content is', async () => {
      await write(put('a', '1'));
      expect(await store.setAside()).toMatch(/./);
      expect(await contentOf(store)).toEqual({});
      await write(put('b', '2'));
      expect(await contentOf(store)).toEqual({ b: '2' });
      expect(await store.setAside()).toMatch(/./);
      expect(await contentOf(store)).toEqual({});
    });

    test('setAside of an empty store is undefined', async () => {
      expect(await store.setAside()).toBeUndefined();
      await write(put('a', '1'), remove('a'));
      expect(await store.setAside()).toBeUndefined();
    });

    test('setAside takes its turn among writes', async () => {
      const before = write(put('before', '1'));
      const aside = store.setAside();
      const after = write(put('after', '1'));
      await Promise.all([before, aside, after]);
      expect(await aside).toMatch(/./);
      expect(await contentOf(store)).toEqual({ after: '1' });
    });

    test('after close every call is refused, and closing again is not', async () => {
      await store.close();
      await expect(write(put('a', '1'))).rejects.toThrow(/closed/);
      await expect(store.getMany([bytes('a')])).rejects.toThrow(/closed/);
      await expect(store.scan(bytes('a'), bytes('b'), 1)).rejects.toThrow(/closed/);
      await expect(store.setAside()).rejects.toThrow(/closed/);
      await store.close();
    });

    function write(...batch: LocalOperation[]): Promise<void> {
      return store.write(batch, { durability: 'none' });
    }
  });
}

async function bothWays(store: LocalStore): Promise<readonly (readonly string[])[]> {
  const [values, entries] = await Promise.all([
    store.getMany([bytes('a'), bytes('z')]),
    store.scan(bytes('a'), bytes('zz'), 10),
  ]);
  return [values.map((value) => text(value as Uint8Array)), entries.map(({ value }) => text(value))];
}

async function contentOf(store: LocalStore): Promise<Record<string, string>> {
  const entries = await store.scan(Uint8Array.of(0), Uint8Array.of(255), 10_000);
  return Object.fromEntries(entries.map(({ key, value }) => [text(key), text(value)]));
}

function keysOf(entries: readonly LocalEntry[]): readonly string[] {
  return entries.map(({ key }) => text(key));
}

function put(key: string, value: string | Uint8Array): LocalOperation {
  return { kind: 'put', key: bytes(key), value: typeof value === 'string' ? bytes(value) : value };
}

function remove(key: string): LocalOperation {
  return { kind: 'delete', key: bytes(key) };
}

function bytes(characters: string): Uint8Array {
  return new TextEncoder().encode(characters);
}

function text(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}
