import { mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CompactedError, T4Error, compare, open, operation, type OpenOptions, type T4 } from '../../src/index.ts';
import { unhurried } from '../support/unhurried.ts';

const opened: T4[] = [];
let memories = 0;

async function openOne(options: Partial<OpenOptions> = {}): Promise<T4> {
  const db = await open({ store: `memory:library-${process.pid}-${memories++}`, ...unhurried, ...options });
  opened.push(db);
  return db;
}

afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});

const folder = (): string => mkdtempSync(join(tmpdir(), 't4-library-'));
const texts = (entries: readonly { text(): string }[]): readonly string[] => entries.map((entry) => entry.text());

describe('checkpoints', () => {
  it('hold empty values, and so does a memory that has room for no value', async () => {
    const store = `file:${folder()}`;
    const first = await openOne({ store, valueCacheBytes: 0 });
    await first.put('empty', '');
    await first.put('full', 'something');
    expect((await first.get('empty'))?.value).toHaveLength(0);
    await first.checkpoint();
    await first.close();
    const second = await openOne({ store, valueCacheBytes: 0 });
    expect(texts((await second.range({ prefix: '' })).entries)).toEqual(['', 'something']);
    expect((await second.status()).epoch).toBe(2);
  });

  it('are written on request, and a start without a data folder reads them', async () => {
    const store = `file:${folder()}`;
    const first = await openOne({ store });
    for (let index = 0; index < 20; index++) await first.put(`key-${index}`, `value ${index}`);
    const [one, two] = await Promise.all([first.checkpoint(), first.checkpoint()]);
    expect(one.revision).toBe(21);
    expect(two).toMatchObject({ slot: one.slot, revision: 21 });
    expect(one.bytesUploaded).toBeGreaterThan(two.bytesUploaded);
    await first.put('later', 'than the checkpoint');
    await first.close();
    const messages: string[] = [];
    const second = await openOne({ store, log: (_level, message) => messages.push(message) });
    expect(await second.get('key-19').then((entry) => entry?.text())).toBe('value 19');
    expect(await second.get('later').then((entry) => entry?.text())).toBe('than the checkpoint');
    expect(messages).toContain('loading keys of the checkpoint');
    await second.close();
    await expect(second.checkpoint()).rejects.toThrow(T4Error);
  });
});

describe('how long a call may take', () => {
  it.each([0, -1, 0.5, Infinity, Number.NaN, '1s'])('is not %s', async (requestTimeoutMs) => {
    await expect(openOne({ requestTimeoutMs: requestTimeoutMs as number })).rejects.toThrow(
      '`requestTimeoutMs` is a whole number',
    );
  });

  it('is told to the node', async () => {
    const db = await openOne({ requestTimeoutMs: 60_000 });
    await db.put('a', '1');
    expect((await db.get('a'))?.text()).toBe('1');
  });
});

describe('what is kept', () => {
  it.each([
    ['retentionMs', -1],
    ['retentionMs', Number.NaN],
    ['checkpointIntervalMs', 0.5],
    ['collectIntervalMs', Infinity],
    ['collectGraceMs', 876_001 * 3_600_000],
    ['collectGraceMs', '1h'],
    ['corruptCheckMs', -1],
  ])('%s is not %s', async (name, value) => {
    await expect(openOne({ [name]: value })).rejects.toThrow(`\`${name}\` is a whole number of milliseconds`);
  });

  it('is not said in two ways', async () => {
    await expect(openOne({ retentionMs: 1, retentionBytes: 1 })).rejects.toThrow('two retentions');
    await expect(openOne({ retentionBytes: 0.5 })).rejects.toThrow('whole number of bytes');
  });

  it('is kept in the database, and what is told anew is told of', async () => {
    const store = `file:${folder()}`;
    const told: string[] = [];
    const log = (_level: string, message: string) => void (message.includes('time travel') && told.push(message));
    for (const options of [{ retentionBytes: 1_000 }, {}, { retentionBytes: 1_000 }]) {
      await (await openOne({ store, log, ...options })).close();
      expect(told).toEqual([]);
    }
    await (await openOne({ store, log, retentionMs: Infinity })).close();
    expect(told).toHaveLength(1);
  });

  it('is collected by the node as it is told', async () => {
    const store = `file:${folder()}`;
    const collected = Promise.withResolvers<void>();
    const db = await openOne({
      store,
      checkpointIntervalMs: 0,
      retentionMs: 0,
      collectIntervalMs: 10,
      collectGraceMs: 0,
      log: (_level, message) => void (message === 'deleted what had been condemned' && collected.resolve()),
    });
    for (let round = 0; round < 4; round++) {
      await db.put('key', `value ${round}`);
      await db.checkpoint();
    }
    await collected.promise;
    expect((await db.get('key'))?.text()).toBe('value 3');
  });

  it('for ever, if retention is infinite', async () => {
    const db = await openOne({ retentionMs: Infinity });
    await db.put('key', 'value');
    expect((await db.get('key'))?.text()).toBe('value');
  });
});

describe('alarms', () => {
  it('a store that lost what is served raises one, and it is taken back when the store has it again', async () => {
    const place = folder();
    const store = `file:${place}`;
    const raised = Promise.withResolvers<void>();
    const db = await openOne({
      store,
      corruptCheckMs: 20,
      log: (_level, message) => void (message.startsWith('the alarm CORRUPT is raised') && raised.resolve()),
    });
    await db.put('key', 'value');
    expect((await db.status()).alarms).toEqual([]);
    const lost = join(place, 'log/00000000000000000001~object');
    renameSync(lost, `${place}/lost`);
    await raised.promise;
    await expect(db.put('key', 'more')).rejects.toMatchObject({ reason: 'corrupt' });
    expect((await db.get('key'))?.text()).toBe('value');
    renameSync(`${place}/lost`, lost);
    const [alarm, ...others] = await db.disarm();
    expect(alarm).toMatchObject({ kind: 'corrupt' });
    expect(others).toEqual([]);
    // A check that was under way may have met what was lost.
    while (
      await db.put('key', 'more').then(
        () => false,
        () => true,
      )
    )
      await db.disarm();
    expect(await db.disarm()).toEqual([]);
  });
});

describe('keys and values', () => {
  it('are put, read, read as of the past, and deleted', async () => {
    const db = await openOne();
    expect(await db.get('a')).toBeUndefined();
    expect(await db.put('a', 'one')).toEqual({ revision: 2, previous: undefined });
    const second = await db.put('a', 'two', { previous: true });
    expect(second.revision).toBe(3);
    expect(second.previous?.text()).toBe('one');
    const entry = (await db.get('a'))!;
    expect(entry).toMatchObject({ createRevision: 2, modRevision: 3, version: 2, lease: 0n });
    expect([entry.keyText(), entry.text()]).toEqual(['a', 'two']);
    expect((await db.get('a', { revision: 2 }))?.text()).toBe('one');
    const deleted = await db.delete('a', { previous: true });
    expect(deleted).toMatchObject({ deleted: 1, revision: 4 });
    expect(texts(deleted.previous)).toEqual(['two']);
    expect(await db.delete('a')).toEqual({ deleted: 0, revision: 4, previous: [] });
  });

  it('are bytes, and belong to the caller', async () => {
    const db = await openOne();
    const value = new Uint8Array([0, 255, 7]);
    const putting = db.put(new Uint8Array([255]), value);
    value.fill(1);
    await putting;
    const entry = (await db.get(new Uint8Array([255])))!;
    expect([...entry.key, ...entry.value]).toEqual([255, 0, 255, 7]);
    entry.value.fill(9);
    expect([...(await db.get(new Uint8Array([255])))!.value]).toEqual([0, 255, 7]);
    expect(() => entry.keyText()).toThrow(TypeError);
    await db.put('json', '{"a": [1]}');
    expect((await db.get('json'))?.json()).toEqual({ a: [1] });
  });

  it('are ranged by prefix and bounds, sorted, limited, counted', async () => {
    const db = await openOne();
    for (const key of ['b/2', 'a', 'b/1', 'b/3', 'c']) await db.put(key, key.toUpperCase());
    expect(texts((await db.range({ prefix: 'b/' })).entries)).toEqual(['B/1', 'B/2', 'B/3']);
    const limited = await db.range({ prefix: '' }, { limit: 2, sort: { by: 'modRevision', descending: true } });
    expect(limited).toMatchObject({ count: 5, more: true, revision: 6 });
    expect(texts(limited.entries)).toEqual(['C', 'B/3']);
    expect(texts((await db.range({ from: 'b/3' })).entries)).toEqual(['B/3', 'C']);
    expect(texts((await db.range({ from: 'a', to: 'b/2' })).entries)).toEqual(['A', 'B/1']);
    expect(await db.range({ prefix: '' }, { countOnly: true })).toMatchObject({ count: 5, entries: [] });
    const [first] = (await db.range({ prefix: 'b' }, { keysOnly: true })).entries;
    expect([first?.keyText(), first?.value.length]).toEqual(['b/1', 0]);
  });
});

it('transactions are one step', async () => {
  const db = await openOne();
  const take = (): ReturnType<T4['txn']> =>
    db.txn({
      if: [compare.version('lock', '=', 0)],
      then: [operation.put('lock', 'mine'), operation.put('count', '1'), operation.range({ prefix: '' })],
      else: [operation.range('lock'), operation.txn({ then: [operation.delete('count')] })],
    });
  const first = await take();
  expect(first).toMatchObject({
    succeeded: true,
    revision: 2,
    results: [{ kind: 'put' }, { kind: 'put' }, { kind: 'range', count: 2 }],
  });
  const second = await take();
  expect(second).toMatchObject({
    succeeded: false,
    revision: 3,
    results: [
      { kind: 'range', count: 1 },
      { kind: 'txn', results: [{ kind: 'delete', deleted: 1 }] },
    ],
  });
  const holds = await db.txn({
    if: [
      compare.value('lock', '=', 'mine'),
      compare.modRevision('lock', '<', 3),
      compare.lease('lock', '!=', 5n),
      compare.createRevision('lock', '>', 1),
    ],
  });
  expect(holds).toEqual({ succeeded: true, revision: 3, results: [] });
});

it('watches deliver the past and the present, with previous values', async () => {
  const db = await openOne();
  await db.put('a', '1');
  await db.txn({ then: [operation.put('a', '2'), operation.put('b', '2'), operation.put('x', '2')] });
  const seen: unknown[] = [];
  const watch = db.watch({ from: 'a', to: 'c' }, { fromRevision: 2, previous: true });
  await watch.started;
  await db.delete('a');
  for await (const { revision, events } of watch) {
    seen.push([
      revision,
      ...events.map(({ kind, entry, previous }) => [kind, entry.keyText(), entry.value.length, previous?.text()]),
    ]);
    if (revision === 4) break;
  }
  expect(seen).toEqual([
    [2, ['put', 'a', 1, undefined]],
    [3, ['put', 'a', 1, '1'], ['put', 'b', 1, undefined]],
    [4, ['delete', 'a', 0, '2']],
  ]);
});

it('leases hold keys until they are revoked', async () => {
  const db = await openOne();
  const lease = await db.lease({ ttlSeconds: 30 });
  await db.put('k', 'v', { lease });
  await db.put('k', 'w', { keepLease: true });
  expect((await db.get('k'))?.lease).toBe(lease.id);
  expect(await lease.keepAlive()).toBe(30);
  const state = await lease.state({ keys: true });
  expect([state.ttlSeconds, state.keys.map((key) => Buffer.from(key).toString())]).toEqual([30, ['k']]);
  await lease.revoke();
  expect(await db.get('k')).toBeUndefined();
  for (const call of [lease.keepAlive(), lease.state(), lease.revoke(), db.put('k', 'v', { lease })]) {
    await expect(call).rejects.toMatchObject({ reason: 'leaseNotFound', status: 'NotFound' });
  }
});

it('errors have reasons', async () => {
  const db = await openOne();
  for (let round = 0; round < 4; round++) await db.put('a', String(round));
  await db.compact(4);
  await expect(db.get('a', { revision: 2 })).rejects.toBeInstanceOf(CompactedError);
  await expect(db.get('a', { revision: 99 })).rejects.toMatchObject({ reason: 'futureRevision' });
  await expect(db.put('', 'x')).rejects.toMatchObject({ reason: 'emptyKey', status: 'InvalidArgument' });
  await expect(db.watch('a', { fromRevision: 2 }).next()).rejects.toMatchObject({
    reason: 'compacted',
    compactRevision: 4,
  });
  await expect(db.get('a', { signal: AbortSignal.abort() })).rejects.toMatchObject({
    reason: 'aborted',
    status: 'Canceled',
  });
  await expect(db.range('a', { limit: 1.5 })).rejects.toThrow(RangeError);
  await expect(db.lease({ ttlSeconds: 0 })).rejects.toThrow(RangeError);
  await expect(db.put('a', 'b', { lease: 1n, keepLease: true })).rejects.toThrow(TypeError);
});

describe('opening and closing', () => {
  it('finds everything again, with the folder of the node and without it', async () => {
    const place = folder();
    const options = { store: `file:${place}/store`, dataDir: `${place}/node` };
    const first = await openOne(options);
    await first.put('a', 'one');
    expect(await first.status()).toMatchObject({ role: 'leader', ready: true, revision: 2, keys: 1, problems: [] });
    await first.close();
    const second = await openOne(options);
    expect((await second.get('a'))?.text()).toBe('one');
    await second.put('b', 'two');
    await second.close();
    const third = await openOne({ store: options.store });
    expect(await third.status()).toMatchObject({ revision: 3, epoch: 3 });
    expect(texts((await third.range({ prefix: '' })).entries)).toEqual(['one', 'two']);
  });

  it('waits for the lead, and gives up when told to', async () => {
    const store = `file:${folder()}`;
    const first = await openOne({ store });
    const abort = new AbortController();
    const roles: unknown[] = [];
    const second = open({
      store,
      signal: abort.signal,
      log: (_, message, { role }) => message === 'role' && roles.push(role),
    });
    await expect.poll(() => roles).toContain('standby');
    abort.abort();
    await expect(second).rejects.toMatchObject({ reason: 'aborted' });
    await first.put('a', 'still mine');
  });

  it('refuses what cannot work', async () => {
    await expect(open({ store: 'ftp://x' })).rejects.toThrow(TypeError);
    await expect(open({ store: 'memory:', durability: 'local' })).rejects.toThrow('needs a `dataDir`');
  });

  it('ends calls and watches; closing twice is closing once', async () => {
    const db = await openOne();
    const watch = db.watch('a');
    await watch.started;
    await Promise.all([db.close(), db.close()]);
    await expect(watch.next()).rejects.toMatchObject({ reason: 'stopped' });
    await expect(db.get('a')).rejects.toBeInstanceOf(T4Error);
    await expect(db.put('a', 'b')).rejects.toMatchObject({ reason: 'closed' });
    expect(() => db.watch('a')).toThrow(T4Error);
  });

  it('is undone by `await using`', async () => {
    let inside: T4;
    {
      await using db = await open({ store: 'memory:' });
      inside = db;
      await db.put('a', 'b');
    }
    await expect(inside.get('a')).rejects.toMatchObject({ reason: 'closed' });
  });
});
