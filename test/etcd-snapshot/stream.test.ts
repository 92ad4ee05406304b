import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { castagnoli } from '../../src/core/hash/castagnoli.ts';
import { snapshotsMax } from '../../src/core/limits.ts';
import { bucketNamed, entriesOf, openBbolt, type BboltFile } from '../../src/etcd-snapshot/bbolt/reader.ts';
import { memorySource } from '../../src/etcd-snapshot/bbolt/source.ts';
import { decodeKeyValue } from '../../src/etcd-snapshot/schema/key-value.ts';
import { KVDefinition } from '../../src/server/generated/etcdserverpb/kv.ts';
import { MaintenanceDefinition } from '../../src/server/generated/etcdserverpb/maintenance.ts';
import { putOf } from '../conformance/harness/message.ts';
import { connectRaw, type RawClient } from '../conformance/harness/raw-client.ts';
import type { ServerUnderTest } from '../conformance/harness/server-under-test.ts';
import { startT4InProcess } from '../conformance/harness/t4-in-process.ts';
import { fileOf, openSnapshotStream, refusal, saveSnapshot } from './save-snapshot.ts';
import { liveSome } from './some-life.ts';

let t4: ServerUnderTest;
let client: RawClient;

beforeAll(async () => {
  // Every value comes from the local store, from which compactions take them.
  t4 = await startT4InProcess({ node: { valueCacheBytes: 0 } });
  client = connectRaw(t4.address);
  await liveSome(client);
});

afterAll(async () => {
  client.close();
  await t4.stop();
});

const put = (key: string, value: string) => client.call(KVDefinition, 'put', putOf({ key, value }));
const blobBytes = 32 * 1024;

function revisionsIn(file: BboltFile): readonly number[] {
  return [...entriesOf(file, bucketNamed(file, 'key')!)].map((entry) => {
    if (entry.kind !== 'value') throw new Error('a bucket among the versions');
    return Number(Buffer.from(entry.key).readBigUInt64BE(0));
  });
}

describe('the stream of a snapshot', () => {
  test('is blobs of one size, what is left after each, and the hash of them all', async () => {
    const messages = await saveSnapshot(t4.address);
    const file = fileOf(messages);
    expect(file.length % 4_096).toBe(0);
    expect(messages.at(-1)!.blob).toEqual(createHash('sha256').update(file).digest());
    let left = file.length;
    for (const { blob, remainingBytes, version, header } of messages.slice(0, -1)) {
      left -= blob.length;
      expect({ remainingBytes, version, header }).toEqual({ remainingBytes: BigInt(left), version: '3.6.0' });
      expect(blob.length === blobBytes || left === 0).toBe(true);
    }
    expect(left).toBe(0);
    expect(messages.at(-1)).toMatchObject({ remainingBytes: 0n, version: '3.6.0' });
    expect(file.readUInt32LE(16)).toBe(0xed0cdaed);
  });

  test('is of one revision, whatever is written and compacted while it is read', async () => {
    const before = await client.call(MaintenanceDefinition, 'hashKV', { revision: 0n });
    const large = 'z'.repeat(1_000_000);
    for (let index = 0; index < 8; index++) await put('overwritten', `${large}${index}`);
    const revision = Number((await put('last', 'before')).header!.revision);
    const stream = openSnapshotStream(t4.address);
    const messages = [(await stream.next())!];
    for (let index = 0; index < 5; index++) await put('overwritten', `later ${index}`);
    const now = (await put('last', 'later')).header!.revision;
    await client.call(KVDefinition, 'compact', { revision: now, physical: false });
    for (let next = await stream.next(); next !== undefined; next = await stream.next()) messages.push(next);
    const file = openBbolt(memorySource(fileOf(messages)));
    const revisions = revisionsIn(file);
    expect(revisions.at(-1)).toBe(revision);
    const overwritten: number[] = [];
    for (const entry of entriesOf(file, bucketNamed(file, 'key')!)) {
      const decoded = entry.kind === 'value' ? decodeKeyValue(entry.value) : '';
      if (typeof decoded !== 'string' && decoded.key === 'overwritten') overwritten.push(decoded.value.length);
    }
    expect(overwritten).toEqual(Array.from({ length: 8 }, () => large.length + 1));
    // What the compaction made obsolete goes when nobody reads it any more.
    await client.call(KVDefinition, 'compact', {
      revision: (await put('last', 'end')).header!.revision,
      physical: true,
    });
    const after = openBbolt(memorySource(fileOf(await saveSnapshot(t4.address))));
    expect(revisionsIn(after).length).toBeLessThan(revisions.length);
    expect((await client.call(MaintenanceDefinition, 'hashKV', { revision: 0n })).hash).not.toBe(before.hash);
  });

  test('is given to so many at once, and those who go away make room', async () => {
    for (let index = 0; index < 20; index++) await put(`room-${index}`, 'r'.repeat(500_000));
    const streams = Array.from({ length: snapshotsMax }, () => openSnapshotStream(t4.address));
    for (const stream of streams) expect(await stream.next()).toBeDefined();
    const refused = await saveSnapshot(t4.address).catch(refusal);
    expect(refused).toBe('etcdserver: too many requests');
    for (const stream of streams) {
      stream.cancel();
      await stream.next().catch(() => undefined);
    }
    await expect
      .poll(() => saveSnapshot(t4.address).then((all) => all.length, refusal), { timeout: 60_000 })
      .toBeGreaterThan(300);
    // Nothing holds back what a compaction made obsolete.
    const { header } = await put('room-0', 'small');
    await client.call(KVDefinition, 'compact', { revision: header!.revision, physical: true });
  });
});

test('the hash of the database is that of what a snapshot holds, but for what differs between members', async () => {
  const hash = async () => (await client.call(MaintenanceDefinition, 'hash', {})).hash;
  const first = await hash();
  expect(await hash()).toBe(first);
  const file = openBbolt(memorySource(fileOf(await saveSnapshot(t4.address))));
  let computed = 0;
  const add = (bytes: Uint8Array) => (computed = castagnoli(bytes, computed));
  for (const bucket of entriesOf(file, file.root)) {
    if (bucket.kind !== 'bucket') throw new Error('a value beside the buckets');
    add(bucket.key);
    for (const entry of entriesOf(file, bucket.bucket)) {
      if (entry.kind !== 'value') throw new Error('a bucket in a bucket');
      if (['consistent_index', 'term'].includes(Buffer.from(entry.key).toString())) continue;
      add(entry.key);
      add(entry.value);
    }
  }
  expect(first).toBe(computed);
  await put('one', 'more');
  expect(await hash()).not.toBe(first);
});
