import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ClientError, clientErrors, type StatusName } from '../../src/core/types/error.ts';
import { DatabaseError } from '../../src/host/database.ts';
import { startServer } from '../../src/server/server.ts';
import { contextOfTest } from './call-context.ts';
import { methodsOfTest } from './methods-of-test.ts';
import { callRaw, connect, refusal, until } from './etcd-client.ts';
import { createFakeDatabase, leadingStatus, untilAborted } from './fake-database.ts';
import { serve, type Served } from './harness.ts';

let served: Served;

beforeEach(async () => {
  served = await serve();
});

afterEach(() => served.stop());

const key = Buffer.from('k');

describe('errors', () => {
  const codes: Readonly<Record<StatusName, number>> = {
    Canceled: 1,
    Unknown: 2,
    InvalidArgument: 3,
    DeadlineExceeded: 4,
    NotFound: 5,
    PermissionDenied: 7,
    ResourceExhausted: 8,
    FailedPrecondition: 9,
    OutOfRange: 11,
    Unimplemented: 12,
    Internal: 13,
    Unavailable: 14,
    DataLoss: 15,
    Unauthenticated: 16,
  };

  test.each(Object.entries(codes))('%s has gRPC’s number %i and the database’s words', async (status, code) => {
    const error: ClientError = { status: status as StatusName, message: 'etcdserver: “exact” words, 100 %' };
    served.database.answer('range', new DatabaseError(error));
    expect(await refusal(served.client.call('KV/Range', { key }))).toBe(`${code} ${error.message}`);
  });

  test('a bug of ours is told to the log, not to the client', async () => {
    served.database.answer('range', new Error('secret'));
    expect(await refusal(served.client.call('KV/Range', { key }))).toBe('13 etcdserver: internal error');
    expect(served.logged).toEqual(['error a call failed for a reason that no client should ever see']);
  });

  test('bytes that are no message are told in gRPC’s words', async () => {
    const { client } = served.client;
    for (const bytes of [Buffer.of(0xff), Buffer.of(0x0a, 0x05, 1), Buffer.from('garbage')]) {
      expect(await refusal(callRaw(client, '/etcdserverpb.KV/Put', bytes))).toMatch(/^13 grpc: error unmarshalling/);
    }
    // A megabyte of nesting.
    const deep = Buffer.alloc(1_000_000, Buffer.of(0x12, 0x7f));
    expect(await refusal(callRaw(client, '/etcdserverpb.KV/Txn', deep))).toMatch(/^13 grpc: error unmarshalling/);
    expect(served.logged).toEqual([]);
  });
});

describe('what is not there', () => {
  test.each([
    ['/etcdserverpb.KV/Frob', 'unknown method Frob for service etcdserverpb.KV'],
    ['/etcdserverpb.Frob/Range', 'unknown service etcdserverpb.Frob'],
    ['/v3lockpb.Locks/Lock', 'unknown service v3lockpb.Locks'],
    ['/a/b/c', 'unknown service a/b'],
    ['/etcdserverpb.KV', 'malformed method name: "/etcdserverpb.KV"'],
  ])('%s', async (path, words) => {
    expect(await refusal(callRaw(served.client.client, path, Buffer.alloc(0)))).toBe(`12 ${words}`);
  });
});

describe('metadata', () => {
  const withLeader = { metadata: { hasleader: 'true' } };

  test('hasleader refuses where this node does not lead', async () => {
    const { client, database } = served;
    await client.call('Maintenance/Status', {}, withLeader);
    database.status = { ...leadingStatus, role: 'standby' };
    await client.call('Maintenance/Status', {});
    await client.call('Maintenance/Status', {}, { metadata: { hasleader: 'false' } });
    expect(await refusal(client.call('Maintenance/Status', {}, withLeader))).toBe(
      '14 there is no connection available',
    );
    const stream = client.duplex('Watch/Watch', withLeader);
    const [error] = (await once(stream, 'error')) as [Error];
    expect(error.message).toBe('14 UNAVAILABLE: there is no connection available');
    expect(database.watches).toHaveLength(0);
  });

  test('a client-api-version that is no ASCII never gets past the library', async () => {
    for (const version of ['3.6.0', 'fünf', '\xff']) {
      expect((await rawStatus(served.address, { 'client-api-version': version })).code).toBe('0');
    }
  });

  test.each([
    ['3.6.0', undefined],
    [Buffer.from('fünf').toString('latin1'), undefined],
    ['\xff', clientErrors.invalidClientApiVersion],
  ])('a transport that hands over client-api-version %j', async (version, refusal) => {
    const status = methodsOfTest(served.database).find(({ path }) => path.method === 'Status');
    if (status?.kind !== 'unary') throw new Error('Status is a unary method');
    const context = contextOfTest({
      metadata: (name) => (name === 'client-api-version' ? version : undefined),
    });
    const call = status.call(new Uint8Array(0), context);
    if (refusal === undefined) expect(await call).not.toHaveLength(0);
    else await expect(call).rejects.toMatchObject({ clientError: refusal });
  });
});

/** A Status call by a client that checks nothing. */
async function rawStatus(address: string, headers: Record<string, string>): Promise<{ code: string }> {
  const session = connectHttp2(`http://${address}`);
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/etcdserverpb.Maintenance/Status',
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    let code = '';
    stream.on('response', (response) => (code = String(response['grpc-status'] ?? code)));
    stream.on('trailers', (trailers) => (code = String(trailers['grpc-status'])));
    stream.resume();
    stream.end(Buffer.alloc(5));
    await once(stream, 'close');
    return { code };
  } finally {
    session.destroy();
  }
}

describe('clients that give up', () => {
  test('by deadline are told, and the database learns that nobody waits', async () => {
    const { client, database } = served;
    database.answer('range', untilAborted);
    // Over a connection that is there: making one may take as long.
    await client.call('Maintenance/Status', {});
    const words = await refusal(client.call('KV/Range', { key }, { deadlineMs: 30 }));
    expect(words).toMatch(/^4 /);
    await until(() => database.signals[0]?.aborted === true);
  });

  test('by leaving are noticed', async () => {
    const { database } = served;
    database.answer('range', untilAborted);
    const other = await connect(served.address);
    const { path, requestSerialize } = other.method('KV/Range');
    const same = (bytes: Buffer) => bytes;
    const call = other.client.makeUnaryRequest(path, same, same, requestSerialize({ key }), () => {});
    await until(() => database.signals.length === 1);
    call.cancel();
    await until(() => database.signals[0]?.aborted === true);
    other.close();
  });

  test('an answered call is not taken for an abandoned one', async () => {
    const { client, database } = served;
    database.answer('range', { kind: 'range', kvs: [], more: false, count: 0, keysOnly: false });
    await client.call('KV/Range', { key });
    await client.call('KV/Range', { key });
    expect(database.signals.map((signal) => signal?.aborted)).toEqual([false, false]);
  });
});

describe('the port', () => {
  test.each([
    ['text', Buffer.from('HELO there\r\n\r\n')],
    ['noise', Buffer.from(Array.from({ length: 9_999 }, (_, index) => (index * 7_919) % 251))],
    ['a preface and noise', Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.alloc(99, 0xfe)])],
  ])('survives %s', async (_what, garbage) => {
    const [host, port] = served.address.split(':');
    const socket = connectSocket(Number(port), host);
    socket.on('error', () => {});
    socket.write(garbage);
    socket.resume();
    await once(socket, 'close');
    expect(await served.client.call('Maintenance/Status', {})).toMatchObject({ leader: expect.any(String) });
  });

  test('several can be listened on, and one that is taken is an error that names it', async () => {
    const { log } = quiet;
    const database = createFakeDatabase();
    const listen = ['127.0.0.1:0', 'http://127.0.0.1:0/', '[::1]:0'];
    const server = await startServer({ database, listen, log });
    expect(new Set(server.addresses).size).toBe(3);
    for (const address of server.addresses) expect((await rawStatus(address, {})).code).toBe('0');
    const taken = startServer({ database, listen: ['127.0.0.1:0', server.addresses[0]!], log });
    await expect(taken).rejects.toThrow(`cannot listen on ${server.addresses[0]}`);
    await server.stop(1_000);
  });
});

const quiet = { log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} } };

describe('stopping', () => {
  test('lets calls under way finish', async () => {
    const { client, database, server } = served;
    const { promise, resolve } = deferred();
    database.answer('range', async () => {
      await promise;
      return { kind: 'range', kvs: [], more: false, count: 3, keysOnly: false };
    });
    const call = client.call('KV/Range', { key });
    await until(() => database.requests.length === 1);
    const stopped = server.stop(60_000);
    resolve();
    expect(await call).toMatchObject({ count: '3' });
    await stopped;
    expect(served.logged).toEqual([]);
  });

  test('waits no longer than it may', async () => {
    const { client, database, server } = served;
    database.answer('range', untilAborted);
    const call = refusal(client.call('KV/Range', { key }));
    await until(() => database.requests.length === 1);
    await server.stop(10);
    expect(await call).toMatch(/^14 |^1 /);
    expect(served.logged).toHaveLength(1);
  });
});

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((fulfil) => (resolve = fulfil));
  return { promise, resolve };
}
