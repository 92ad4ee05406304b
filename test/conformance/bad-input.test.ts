import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { KVDefinition, TxnRequest } from '../../src/server/generated/etcdserverpb/kv.ts';
import { WatchDefinition } from '../../src/server/generated/etcdserverpb/watch.ts';
import { conformTo } from './harness/conform.ts';
import { connectRapidly, grpcFrame, sendBytes, sendHttp2 } from './harness/garbage.ts';
import { op, putOf, rangeOf, txnOf, watchOf } from './harness/message.ts';
import { usePair } from './harness/pair.ts';
import { pathOf } from './harness/raw-client.ts';
import { messagesOf } from './harness/messages.ts';
import { startT4Process } from './harness/t4-process.ts';

const pair = usePair(startT4Process);
const conform = conformTo(pair);
const all = { key: '\0', rangeEnd: '\0' };

const requestBytesMax = 1_572_864;
const messageBytesMax = 2_097_152;
const putPath = pathOf(KVDefinition, 'put');
const rangePath = pathOf(KVDefinition, 'range');

describe('requests that are refused', () => {
  conform('no key', async (session) => {
    await session.range({ key: '' });
    await session.put('');
    await session.delete({ key: '' });
    await session.txn({ success: [op.put('', '1')] });
    await session.txn({ success: [op.empty()] });
  });

  conform('revisions that are not there', async (session) => {
    await session.put('a', '1');
    await session.put('a', '2');
    await session.compact(session.base + 2);
    await session.range({ key: 'a', revision: session.base + 1 });
    await session.range({ key: 'a', revision: session.base + 3 });
    await session.compact(session.base + 2);
    await session.compact(session.base + 3);
  });

  conform('leases that are not there, and one for ever', async (session) => {
    await session.put('a', '1', { lease: 404 });
    await session.revoke(404);
    await session.keepAlive(404);
    await session.timeToLive(404, true);
    await session.grant(1, 9_000_000_001);
    await session.grant(1, 2n ** 62n);
  });

  conform('one key twice, too many operations', async (session) => {
    await session.txn({ success: [op.put('a', '1'), op.put('a', '2')] });
    await session.txn({ success: Array.from({ length: 129 }, (_, index) => op.put(String(index), '1')) });
  });
});

describe('sizes', () => {
  conform('values up to 1.5 MiB, and over', async (session) => {
    await session.put('a', 'x'.repeat(requestBytesMax - 100));
    await session.put('a', 'x'.repeat(requestBytesMax));
    await session.put('a', 'x'.repeat(requestBytesMax + 1_000));
    await session.range({ key: 'a' });
  });

  conform('keys up to 1.5 MiB, and over', async (session) => {
    await session.put('k'.repeat(requestBytesMax - 100));
    await session.put('k'.repeat(requestBytesMax));
    await session.range(all);
    await session.range({ key: 'k'.repeat(requestBytesMax + 1_000) });
    await session.delete({ key: 'k'.repeat(requestBytesMax + 1_000) });
  });

  conform('transactions over 1.5 MiB, that write and that only read', async (session) => {
    const half = 'x'.repeat(requestBytesMax / 2);
    await session.txn({ success: [op.put('a', half), op.put('b', half)] });
    await session.txn({ success: [op.range({ key: half }), op.range({ key: half })] });
    await session.txn({ failure: [op.put('a', half), op.put('b', half)] });
    await session.range(all);
  });

  conform('messages over 2 MiB', async (session) => {
    const put = (bytes: number) =>
      KVDefinition.methods.put.requestType.encode(putOf({ key: 'a', value: 'x'.repeat(bytes) }));
    await session.bytes('just fits', putPath, put(messageBytesMax - 8).finish());
    await session.bytes('one over', putPath, put(messageBytesMax - 7).finish());
    await session.bytes('3 MiB', putPath, put(3 * 1024 * 1024).finish());
    await session.bytes('a range of 3 MiB', rangePath, put(3 * 1024 * 1024).finish());
    await session.range(all);
  });

  conform('answers of many MiB', async (session) => {
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await session.fill(key, 1, key.repeat(1_400_000));
    await session.range(all);
  });

  conform('transactions nested ever deeper', async (session) => {
    for (const depth of [127, 128, 200, 3_000, 200_000]) {
      await session.bytes(`${depth} deep`, pathOf(KVDefinition, 'txn'), nested(depth));
    }
  });
});

const successTag = 0x12;
const requestTxnTag = 0x22;

/** Encoded by hand: an encoder that recurses gives up long before a server must. */
function nested(depth: number): Uint8Array {
  const innermost = TxnRequest.encode(txnOf({ success: [op.range({ key: 'a' })] })).finish();
  const tags: Buffer[] = [];
  let length = innermost.length;
  for (let level = 1; level < depth; level++) {
    for (const field of [requestTxnTag, successTag]) {
      const tag = Buffer.concat([Buffer.from([field]), varint(length)]);
      tags.push(tag);
      length += tag.length;
    }
  }
  return Buffer.concat([...tags.reverse(), innermost]);
}

function varint(number: number): Buffer {
  const digits: number[] = [];
  let rest = number;
  for (; rest >= 128; rest >>>= 7) digits.push((rest & 127) | 128);
  return Buffer.from([...digits, rest]);
}

describe('calls that make no sense', () => {
  const anything = rangeOf({ key: 'a' });
  const request = KVDefinition.methods.range.requestType.encode(anything).finish();

  conform('methods and services that are not there', async (session) => {
    await session.bytes('no such method', '/etcdserverpb.KV/Nothing', request);
    await session.bytes('no such service', '/etcdserverpb.Nothing/Range', request);
    await session.bytes('no package', '/KV/Range', request);
    await session.bytes('no method', '/etcdserverpb.KV/', request);
    await session.bytes('wrong case', '/etcdserverpb.KV/range', request);
    await session.bytes('too many parts', '/etcdserverpb.KV/Range/again', request);
  });

  conform('bodies that are not of the type: the reason is in the words of who decodes', async (session) => {
    const bodies = [
      '\xff\xff\xff\xff',
      '\x0a\x7fshort',
      '\x07',
      '\x0a',
      '\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01',
    ];
    for (const body of bodies) {
      const bytes = Buffer.from(body, 'latin1');
      for (const path of [rangePath, putPath, pathOf(KVDefinition, 'txn')]) {
        await session.bytes(`bytes ${bytes.toString('hex')}`, path, bytes, undefined, beforeReason);
      }
    }
    await session.range(all);
  });

  conform('fields that nobody knows, and no field at all', async (session) => {
    await session.bytes('unknown fields', rangePath, Buffer.from('\x0a\x01a\xf8\x07\x01\xfa\x07\x03abc', 'latin1'));
    await session.bytes('an empty range', rangePath, Buffer.alloc(0));
    await session.bytes('an empty put', putPath, Buffer.alloc(0));
    await session.bytes('an empty txn', pathOf(KVDefinition, 'txn'), Buffer.alloc(0));
  });

  test('garbage on a watch stream ends that stream alone', async () => {
    const { client } = pair.ours();
    const bystander = client.open(WatchDefinition, 'watch');
    bystander.write({ requestUnion: { $case: 'createRequest', value: watchOf({ key: 'a' }) } });
    await messagesOf(bystander, 1);
    const bad = client.openBytes(pathOf(WatchDefinition, 'watch'));
    bad.write(Buffer.from('\xff\xff\xff\xff', 'latin1'));
    expect(await messagesOf(bad, 1)).toEqual([expect.stringMatching(/^INTERNAL: grpc: error unmarshalling request: /)]);
    await client.call(KVDefinition, 'put', putOf({ key: 'a' }));
    expect(await messagesOf(bystander, 1)).toMatchObject([{ events: [{ kv: { key: Buffer.from('a') } }] }]);
    bystander.cancel();
  });
});

function beforeReason(refusal: string): string {
  return refusal.replace(/(error unmarshalling request: ).*/, '$1…');
}

describe('garbage on the port', () => {
  const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  const helloStart = Buffer.from([0x16, 3, 1, 0, 0xa5, 1, 0, 0, 0xa1, 3, 3]);
  const garbage: readonly (readonly [string, Uint8Array])[] = [
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from([0])],
    ['random bytes', randomBytes(64)],
    ['a MiB of random bytes', randomBytes(1024 * 1024)],
    ['zeros', Buffer.alloc(100_000)],
    ['HTTP/1.1', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['HTTP/1.1 that never ends', Buffer.from(`GET / HTTP/1.1\r\nX: ${'x'.repeat(200_000)}`)],
    ['a TLS hello', Buffer.concat([helloStart, randomBytes(154)])],
    ['half a preface', Buffer.from(preface.slice(0, 12))],
    ['a preface alone', Buffer.from(preface)],
    ['a preface and random bytes', Buffer.concat([Buffer.from(preface), randomBytes(1_000)])],
    ['a preface, settings, random bytes', Buffer.concat([Buffer.from(preface), settings, randomBytes(1_000)])],
    [
      'a frame that is too long',
      Buffer.concat([Buffer.from(preface), settings, Buffer.from([255, 255, 255, 0, 0, 0, 0, 0, 1])]),
    ],
    [
      'data for no stream',
      Buffer.concat([Buffer.from(preface), settings, Buffer.from([0, 0, 1, 0, 0, 0, 0, 0, 9, 0])]),
    ],
    ['SSH', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')],
    ['Redis', Buffer.from('*1\r\n$4\r\nPING\r\n')],
  ];

  test.each(garbage)('%s: the server lives on, and its clients notice nothing', async (_name, bytes) => {
    const { client, server } = pair.ours();
    const stream = client.open(WatchDefinition, 'watch');
    stream.write({ requestUnion: { $case: 'createRequest', value: watchOf({ key: 'a' }) } });
    await messagesOf(stream, 1);
    await Promise.all(Array.from({ length: 5 }, () => sendBytes(server.address, bytes)));
    await client.call(KVDefinition, 'put', putOf({ key: 'a' }));
    expect(await messagesOf(stream, 1)).toMatchObject([{ events: [{ kv: { key: Buffer.from('a') } }] }]);
    stream.cancel();
    expect(server.isAlive()).toBe(true);
  });

  /** Wrong, and still plain what is meant. */
  const mayBeRead = new Set(['two messages', 'compressed by nobody knows what']);
  const grpc = { 'content-type': 'application/grpc', te: 'trailers', ':path': rangePath };
  const range = KVDefinition.methods.range.requestType.encode(rangeOf({ key: 'a' })).finish();
  test.each([
    ['no content type', { ':path': rangePath }, grpcFrame(range)],
    ['another content type', { ...grpc, 'content-type': 'text/html' }, grpcFrame(range)],
    ['GET', { ...grpc, ':method': 'GET' }, Buffer.alloc(0)],
    ['no message', grpc, Buffer.alloc(0)],
    ['two messages', grpc, Buffer.concat([grpcFrame(range), grpcFrame(range)])],
    ['half a message', grpc, grpcFrame(range, { length: 1_000 })],
    ['a message of 4 GiB', grpc, grpcFrame(range, { length: 2 ** 32 - 1 })],
    ['compressed by nobody knows what', grpc, grpcFrame(range, { compressed: true })],
    ['an unknown compression', { ...grpc, 'grpc-encoding': 'snappy' }, grpcFrame(range, { compressed: true })],
    ['gzip that is none', { ...grpc, 'grpc-encoding': 'gzip' }, grpcFrame(range, { compressed: true })],
    ['a timeout that is none', { ...grpc, 'grpc-timeout': 'soon' }, grpcFrame(range)],
    ['a path that is none', { ...grpc, ':path': 'nowhere' }, grpcFrame(range)],
    ['long headers', { ...grpc, 'x-long': 'x'.repeat(100_000) }, grpcFrame(range)],
  ])('HTTP/2 with %s: no success, and the server lives on', async (name, headers, body) => {
    const { client, server } = pair.ours();
    const answer = await sendHttp2(server.address, headers, body);
    if (!mayBeRead.has(name)) expect(answer.grpcStatus).not.toBe('0');
    await client.call(KVDefinition, 'range', rangeOf({ key: 'a' }));
    expect(server.isAlive()).toBe(true);
  });

  test('10,000 connections, one after another left at once', async () => {
    const { client, server } = pair.ours();
    expect(await connectRapidly(server.address, 10_000, 50)).toBe(10_000);
    await client.call(KVDefinition, 'put', putOf({ key: 'a' }));
    expect(server.isAlive()).toBe(true);
  });
});
