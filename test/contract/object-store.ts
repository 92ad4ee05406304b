/**
 * The contract of the object store port as tests: every implementation runs all of them. A call may come back
 * `conflict` (S3 may say so to racing writers): then the caller's rule applies, try again.
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GetOutcome, ObjectStore, PutCondition, PutOutcome } from '../../src/ports/object-store.ts';

export interface OpenedStore {
  readonly store: ObjectStore;
  readonly dispose: () => Promise<void>;
}

const racingWriters = 50;
const conflictRetriesMax = 200;
const absent: PutCondition = { kind: 'absent' };
const none: PutCondition = { kind: 'none' };

export function objectStoreContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`object store contract: ${name}`, () => {
    let opened: OpenedStore;
    let store: ObjectStore;
    let folders = 0;
    /** A part of the key space of its own for each test. */
    const folder = () => `t${(folders += 1)}`;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    }, 120_000);
    afterAll(async () => {
      await store?.close();
      await opened?.dispose();
    }, 60_000);

    test('describes itself', () => {
      expect(store.description).toMatch(/^(memory:|file:\/|s3:\/\/)/);
    });

    test('absent creates, then refuses and leaves what is there', async () => {
      const key = `${folder()}/slot`;
      const etag = etagOf(await store.put(key, bytes('first'), absent));
      expect(await store.put(key, bytes('second'), absent)).toEqual({ kind: 'condition-failed' });
      expect(found(await store.get(key))).toEqual({ text: 'first', etag, size: 5 });
    });

    test('match swaps once, and only from the etag it names', async () => {
      const key = `${folder()}/control`;
      const first = etagOf(await store.put(key, bytes('one'), absent));
      const second = etagOf(await store.put(key, bytes('two!'), { kind: 'match', etag: first }));
      expect(second).not.toBe(first);
      expect(await store.put(key, bytes('late'), { kind: 'match', etag: first })).toEqual({ kind: 'condition-failed' });
      expect(found(await store.get(key))).toEqual({ text: 'two!', etag: second, size: 4 });
      const third = etagOf(await store.put(key, bytes('three'), { kind: 'match', etag: second }));
      expect(found(await store.get(key))).toEqual({ text: 'three', etag: third, size: 5 });
    });

    test('match fails on a missing object, on a deleted one and on a foreign etag', async () => {
      const key = `${folder()}/control`;
      for (const etag of ['"d41d8cd98f00b204e9800998ecf8427e"', '"0"']) {
        expect(await store.put(key, bytes('x'), { kind: 'match', etag })).toEqual({ kind: 'condition-failed' });
      }
      expect(await store.get(key)).toEqual({ kind: 'not-found' });
      const etag = etagOf(await store.put(key, bytes('here'), absent));
      expect(await store.deleteMany([key])).toEqual({ kind: 'ok' });
      expect(await store.put(key, bytes('x'), { kind: 'match', etag })).toEqual({ kind: 'condition-failed' });
      expect(await store.get(key)).toEqual({ kind: 'not-found' });
    });

    test('an unconditional put creates and overwrites', async () => {
      const key = `${folder()}/scratch`;
      etagOf(await store.put(key, bytes('a long first body'), none));
      const etag = etagOf(await store.put(key, bytes('short'), none));
      expect(found(await store.get(key))).toEqual({ text: 'short', etag, size: 5 });
      expect(await store.put(key, bytes('x'), absent)).toEqual({ kind: 'condition-failed' });
    });

    test(`${racingWriters} writers race with absent: exactly one wins, and its bytes are there`, async () => {
      for (let round = 0; round < 4; round += 1) {
        const key = `${folder()}/slot`;
        const bodies = Array.from({ length: racingWriters }, (_, index) =>
          bytes(`writer ${index} `.repeat(1 + (index % 7))),
        );
        const outcomes = await Promise.all(bodies.map((body) => putUntilSettled(store, key, body, absent)));
        await expectOneWinner(store, key, bodies, outcomes);
      }
    });

    test(`${racingWriters} writers race with match: exactly one wins a turn`, async () => {
      const key = `${folder()}/control`;
      let etag = etagOf(await store.put(key, bytes('start'), absent));
      for (let round = 0; round < 4; round += 1) {
        const bodies = Array.from({ length: racingWriters }, (_, index) => bytes(`round ${round} writer ${index}`));
        const condition: PutCondition = { kind: 'match', etag };
        const outcomes = await Promise.all(bodies.map((body) => putUntilSettled(store, key, body, condition)));
        etag = await expectOneWinner(store, key, bodies, outcomes);
      }
    });

    test('readers beside a writer see whole objects, never a mix and never a gap', async () => {
      const key = `${folder()}/control`;
      let etag = etagOf(await store.put(key, patterned(0), absent));
      let writing = true;
      const reader = async () => {
        let last = 0;
        while (writing) {
          const outcome = await store.get(key);
          if (outcome.kind !== 'ok') throw new Error(`expected the object, got ${JSON.stringify(outcome)}`);
          const turn = outcome.body[0]!;
          expect(Buffer.compare(outcome.body, patterned(turn)), `turn ${turn}`).toBe(0);
          expect(turn).toBeGreaterThanOrEqual(last);
          last = turn;
        }
      };
      const readers = [reader(), reader(), reader()];
      for (let turn = 1; turn <= 30; turn += 1) {
        etag = etagOf(await store.put(key, patterned(turn), { kind: 'match', etag }));
      }
      writing = false;
      await Promise.all(readers);
    });

    test('get: not found', async () => {
      const key = `${folder()}/nothing`;
      expect(await store.get(key)).toEqual({ kind: 'not-found' });
      expect(await store.get(key, { start: 0, end: 10 })).toEqual({ kind: 'not-found' });
      expect(await store.get(key, { start: 3, end: 3 })).toEqual({ kind: 'not-found' });
      etagOf(await store.put(`${key}/below`, bytes('x'), absent));
      expect(await store.get(key)).toEqual({ kind: 'not-found' });
    });

    test.each([
      [0, 10, '0123456789'],
      [0, 1, '0'],
      [3, 7, '3456'],
      [9, 10, '9'],
      [7, 100, '789'],
      [0, 100, '0123456789'],
      [10, 20, ''],
      [50, 60, ''],
      [4, 4, ''],
    ])('get: range %i..%i of ten bytes', async (start, end, text) => {
      const key = `${folder()}/ten`;
      const etag = etagOf(await store.put(key, bytes('0123456789'), absent));
      expect(found(await store.get(key, { start, end }))).toEqual({ text, etag, size: 10 });
    });

    test('an empty object, whole and by range', async () => {
      const key = `${folder()}/empty`;
      const etag = etagOf(await store.put(key, new Uint8Array(0), absent));
      expect(found(await store.get(key))).toEqual({ text: '', etag, size: 0 });
      expect(found(await store.get(key, { start: 0, end: 10 }))).toEqual({ text: '', etag, size: 0 });
      expect(await store.put(key, bytes('x'), absent)).toEqual({ kind: 'condition-failed' });
      const listed = await store.list(key);
      expect(listed.kind === 'ok' && listed.objects.map(({ size }) => size)).toEqual([0]);
    });

    test('a body of 8 MiB comes back bit for bit, and in parts', async () => {
      const key = `${folder()}/large`;
      const body = pseudoRandom(8 * 1024 * 1024);
      const etag = etagOf(await store.put(key, body, absent));
      const whole = await store.get(key);
      expect(whole).toMatchObject({ kind: 'ok', etag, size: body.length });
      expect(whole.kind === 'ok' && sha256(whole.body)).toBe(sha256(body));
      const [start, end] = [3_000_001, 5_000_017];
      const part = await store.get(key, { start, end });
      expect(part.kind === 'ok' && sha256(part.body)).toBe(sha256(body.subarray(start, end)));
    }, 60_000);

    test('a store keeps its own copy: changing a buffer afterwards changes nothing', async () => {
      const key = `${folder()}/copy`;
      const body = bytes('before');
      etagOf(await store.put(key, body, absent));
      body.fill(0);
      const read = await store.get(key);
      if (read.kind === 'ok') read.body.fill(1);
      expect(found(await store.get(key)).text).toBe('before');
    });

    test('odd but legal keys live side by side', async () => {
      const base = folder();
      const keys = [
        'a',
        'a/b',
        'a/b/c',
        'a.b',
        'a-b',
        'A',
        '..a',
        'a..',
        "x!$&'()*",
        'y+,;=@',
        'z:?_',
        'x'.repeat(200),
        '0',
        '00',
      ];
      for (const key of keys) etagOf(await store.put(`${base}/${key}`, bytes(key), absent));
      for (const key of keys) expect(found(await store.get(`${base}/${key}`)).text).toBe(key);
      expect(await allKeys(store, `${base}/`, 3)).toEqual(keys.map((key) => `${base}/${key}`).sort(byBytes));
      expect(await store.deleteMany(keys.map((key) => `${base}/${key}`))).toEqual({ kind: 'ok' });
      expect(await allKeys(store, `${base}/`, 100)).toEqual([]);
    });

    test.each(['', '/a', 'a/', 'a//b', '../a', 'a/../../b', '.', 'a\\b', 'a~b', 'a b', 'ä', 'a\0'])(
      'key %j is refused before it reaches the store',
      async (key) => {
        await expect((async () => store.put(key, bytes('x'), none))()).rejects.toThrow(/object key/);
        await expect((async () => store.get(key))()).rejects.toThrow(/object key/);
        await expect((async () => store.deleteMany([key]))()).rejects.toThrow(/object key/);
      },
    );

    test('list: ascending by bytes, cut by prefix, after and limit', async () => {
      const base = folder();
      const names = ['b', 'a/1', 'a', 'a-b', 'a/10', 'a/2', 'a0', 'B', 'ab', 'a/1/x', 'a/1-x'];
      for (const name of names) etagOf(await store.put(`${base}/${name}`, bytes(name), absent));
      const sorted = names.map((name) => `${base}/${name}`).sort(byBytes);
      expect(await allKeys(store, `${base}/`, 1_000)).toEqual(sorted);
      expect(await allKeys(store, base, 1)).toEqual(sorted);
      expect(await allKeys(store, `${base}/a/`, 2)).toEqual(sorted.filter((key) => key.startsWith(`${base}/a/`)));
      expect(await allKeys(store, `${base}/a/1`, 2)).toEqual(sorted.filter((key) => key.startsWith(`${base}/a/1`)));
      for (const after of [...sorted, `${base}/a/`, `${base}/a/1/zzz`, `${base}/zzz`, `${base}/0`]) {
        const expected = sorted.filter((key) => key > after);
        expect(await keysAfter(store, `${base}/`, after), after).toEqual(expected);
      }
      const page = await store.list(`${base}/`, { after: `${base}/a`, limit: 2 });
      const expected = sorted.filter((key) => key > `${base}/a`);
      expect(page.kind === 'ok' && page.objects.map(({ key }) => key)).toEqual(expected.slice(0, 2));
      expect(page.kind === 'ok' && page.more).toBe(true);
      const last = await store.list(`${base}/`, { after: expected.at(-3)!, limit: 2 });
      expect(last.kind === 'ok' && [last.objects.length, last.more]).toEqual([2, false]);
    });

    test('list: nothing there', async () => {
      expect(await store.list(`${folder()}/`)).toEqual({ kind: 'ok', objects: [], more: false });
    });

    test('list: sizes, times, and what a swap or a delete changed', async () => {
      const base = folder();
      const first = etagOf(await store.put(`${base}/a`, bytes('12345'), absent));
      etagOf(await store.put(`${base}/b`, bytes('1'), absent));
      etagOf(await store.put(`${base}/a`, bytes('123'), { kind: 'match', etag: first }));
      await store.deleteMany([`${base}/b`]);
      const listed = await store.list(`${base}/`);
      expect(listed).toMatchObject({ kind: 'ok', more: false, objects: [{ key: `${base}/a`, size: 3 }] });
      const [object] = listed.kind === 'ok' ? listed.objects : [];
      expect(object!.lastModifiedMs).toBeGreaterThan(Date.UTC(2020, 0));
    });

    test('list pages over more than 1,000 keys; delete takes 1,000 at once, missing ones too', async () => {
      const base = folder();
      const keys = Array.from({ length: 1_103 }, (_, index) => `${base}/${String(index).padStart(20, '0')}`);
      for (let index = 0; index < keys.length; index += 25) {
        await Promise.all(
          keys.slice(index, index + 25).map(async (key) => etagOf(await store.put(key, bytes('x'), absent))),
        );
      }
      const first = await store.list(`${base}/`);
      expect(first.kind === 'ok' && [first.objects.length, first.more]).toEqual([1_000, true]);
      expect(await allKeys(store, `${base}/`, 1_000)).toEqual(keys);
      expect(await allKeys(store, `${base}/`, 333)).toEqual(keys);
      const missing = Array.from({ length: 200 }, (_, index) => `${base}/missing-${index}`);
      expect(await store.deleteMany([...keys.slice(0, 800), ...missing])).toEqual({ kind: 'ok' });
      expect(await allKeys(store, `${base}/`, 1_000)).toEqual(keys.slice(800));
      expect(await store.deleteMany(keys.slice(300))).toEqual({ kind: 'ok' });
      expect(await allKeys(store, `${base}/`, 1_000)).toEqual([]);
      await expect((async () => store.deleteMany(keys))()).rejects.toThrow(/1,?000/);
    }, 120_000);

    test('delete: missing, twice, none; and a key can be made again', async () => {
      const key = `${folder()}/again`;
      expect(await store.deleteMany([])).toEqual({ kind: 'ok' });
      expect(await store.deleteMany([key])).toEqual({ kind: 'ok' });
      const first = etagOf(await store.put(key, bytes('first'), absent));
      etagOf(await store.put(key, bytes('swapped'), { kind: 'match', etag: first }));
      expect(await store.deleteMany([key, `${key}-missing`])).toEqual({ kind: 'ok' });
      expect(await store.deleteMany([key])).toEqual({ kind: 'ok' });
      const etag = etagOf(await store.put(key, bytes('second'), absent));
      expect(found(await store.get(key))).toEqual({ text: 'second', etag, size: 6 });
    });
  });
}

/** 409 means: nothing was written, try again. */
export async function putUntilSettled(
  store: ObjectStore,
  key: string,
  body: Uint8Array,
  condition: PutCondition,
): Promise<PutOutcome> {
  for (let attempt = 0; attempt < conflictRetriesMax; attempt += 1) {
    const outcome = await store.put(key, body, condition);
    if (outcome.kind !== 'conflict') return outcome;
  }
  throw new Error(`still a conflict after ${conflictRetriesMax} attempts`);
}

async function expectOneWinner(
  store: ObjectStore,
  key: string,
  bodies: readonly Uint8Array[],
  outcomes: readonly PutOutcome[],
): Promise<string> {
  expect(outcomes.filter(({ kind }) => kind === 'ok')).toHaveLength(1);
  expect(outcomes.filter(({ kind }) => kind === 'condition-failed')).toHaveLength(outcomes.length - 1);
  const winner = outcomes.findIndex(({ kind }) => kind === 'ok');
  const etag = etagOf(outcomes[winner]!);
  const read = await store.get(key);
  expect(read).toEqual({ kind: 'ok', body: bodies[winner], etag, size: bodies[winner]!.length });
  return etag;
}

export function etagOf(outcome: PutOutcome): string {
  if (outcome.kind !== 'ok') throw new Error(`expected ok, got ${JSON.stringify(outcome)}`);
  return outcome.etag;
}

function found(outcome: GetOutcome): { readonly text: string; readonly etag: string; readonly size: number } {
  if (outcome.kind !== 'ok') throw new Error(`expected an object, got ${JSON.stringify(outcome)}`);
  return { text: new TextDecoder().decode(outcome.body), etag: outcome.etag, size: outcome.size };
}

async function allKeys(store: ObjectStore, prefix: string, limit: number): Promise<readonly string[]> {
  const keys: string[] = [];
  for (;;) {
    const after = keys.at(-1);
    const page = await store.list(prefix, after === undefined ? { limit } : { after, limit });
    if (page.kind !== 'ok') throw new Error(`expected a page, got ${JSON.stringify(page)}`);
    expect(page.objects.length).toBeLessThanOrEqual(limit);
    keys.push(...page.objects.map(({ key }) => key));
    if (!page.more) return keys;
    expect(page.objects).toHaveLength(limit);
  }
}

async function keysAfter(store: ObjectStore, prefix: string, after: string): Promise<readonly string[]> {
  const page = await store.list(prefix, { after });
  if (page.kind !== 'ok') throw new Error(`expected a page, got ${JSON.stringify(page)}`);
  return page.objects.map(({ key }) => key);
}

function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left, 'latin1'), Buffer.from(right, 'latin1'));
}

/** The turn in the first byte decides length and content, so a mix of two turns cannot pass. */
function patterned(turn: number): Uint8Array {
  return new Uint8Array(20_000 + turn * 511).fill(turn);
}

function pseudoRandom(length: number): Uint8Array {
  const body = new Uint8Array(length);
  let state = 0x9e3779b9;
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    body[index] = state >>> 24;
  }
  return body;
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function sha256(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
