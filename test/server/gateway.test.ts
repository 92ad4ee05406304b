import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { descriptors } from '../../src/server/descriptors.ts';
import { gatewayPaths } from '../../src/server/gateway/paths.ts';
import { clientErrors } from '../../src/core/types/error.ts';
import { DatabaseError } from '../../src/host/database.ts';
import { clientLimitsDefault, jsonValuesMax, receiveBytesMaxOf } from '../../src/server/limits.ts';
import {
  clusterIdText,
  fakeHeader,
  keyValue,
  memberIdText,
  txnOf,
  untilAborted,
  watchResponse,
} from './fake-database.ts';
import { until } from './etcd-client.ts';
import { serve, type Served } from './harness.ts';

let served: Served;

beforeEach(async () => {
  served = await serve();
});

afterEach(() => served.stop());

const header = {
  cluster_id: clusterIdText,
  member_id: memberIdText,
  revision: String(fakeHeader.revision),
  raft_term: String(fakeHeader.term),
};

async function post(path: string, body: unknown, init: RequestInit = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(`http://${served.address}${path}`, { method: 'POST', body: text, ...init });
  const answered = await answer.text();
  return { status: answer.status, type: answer.headers.get('content-type'), body: jsonOr(answered) };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const error = (code: number, message: string) => ({ error: message, code, message });

describe('the table of paths', () => {
  test('has every method of etcd’s services, and nothing else', () => {
    const services = [...descriptors()].filter(({ kind }) => kind === 'service');
    const methods = services
      .filter(({ typeName }) => /^(etcdserverpb|v3lockpb|v3electionpb)\./.test(typeName))
      .flatMap((service) => (service.kind === 'service' ? service.methods : []))
      .map(({ parent, name }) => `${parent.typeName}/${name}`);
    const withoutPath = ['etcdserverpb.KV/RangeStream'];
    expect([...new Set(Object.values(gatewayPaths)), ...withoutPath].sort()).toEqual(methods.sort());
  });

  test('leads to the methods that gRPC has too', async () => {
    for (const path of Object.keys(gatewayPaths)) {
      if (gatewayPaths[path] === 'etcdserverpb.Watch/Watch') continue;
      const { status, body } = await post(path, '{"unfinished');
      expect({ path, status, body }).toMatchObject({ path, status: 400, body: { error: expect.anything() } });
    }
  });
});

describe('requests and answers in JSON', () => {
  test('bytes are base64, 64-bit numbers texts, and what is not set is not there', async () => {
    const { database } = served;
    const kv = keyValue('a\xff', { value: Uint8Array.of(0xfb, 0xff), lease: 7_587_862_072_907_233_300n });
    database.answer('range', { kind: 'range', kvs: [kv], more: false, count: 1, keysOnly: false });
    const { status, type, body } = await post('/v3/kv/range', { key: '_w==', limit: 5 });
    expect({ status, type }).toEqual({ status: 200, type: 'application/json' });
    expect(body).toEqual({
      header,
      kvs: [
        {
          key: 'Yf8=',
          create_revision: '30',
          mod_revision: '40',
          version: '5',
          value: '+/8=',
          lease: '7587862072907233300',
        },
      ],
      count: '1',
    });
    expect(database.requests.at(-1)).toMatchObject({ key: '\xff', limit: 5, rangeEnd: undefined });
  });

  test.each([
    ['snake case', { key: 'YQ==', range_end: 'Yg==', sort_order: 'DESCEND', min_mod_revision: '3' }],
    ['camel case', { key: 'YQ==', rangeEnd: 'Yg==', sortOrder: 2, minModRevision: 3 }],
    [
      'what nobody knows beside it',
      { key: 'YQ', range_end: 'Yg', sort_order: 2, min_mod_revision: 3, x: [{}], y: null },
    ],
  ])('are read in %s', async (_what, request) => {
    served.database.answer('range', { kind: 'range', kvs: [], more: false, count: 0, keysOnly: false });
    expect((await post('/v3/kv/range', request)).status).toBe(200);
    expect(served.database.requests.at(-1)).toMatchObject({
      key: 'a',
      rangeEnd: 'b',
      sortOrder: 'descend',
      minModRevision: 3,
    });
  });

  test('a number of 64 bits keeps them all, as text or as number', async () => {
    const { database } = served;
    const id = 7_587_862_072_907_233_301n;
    database.answer('lease-grant', { kind: 'lease-grant', id, ttlSeconds: 100 });
    for (const body of [`{"TTL":100,"ID":${id}}`, `{"TTL":"100","ID":"${id}"}`]) {
      expect((await post('/v3/lease/grant', body)).body).toEqual({ header, ID: String(id), TTL: '100' });
      expect(database.requests.at(-1)).toMatchObject({ id, ttlSeconds: 100 });
    }
  });

  test('more values than any message has are not made into objects', async () => {
    served.database.answer('lease-grant', { kind: 'lease-grant', id: 1n, ttlSeconds: 100 });
    // The object itself, the list and a comma for each value but the first.
    const body = (values: number) => `{"none":[${'0,'.repeat(values - 3)}0],"ID":1}`;
    expect((await post('/v3/lease/grant', body(jsonValuesMax))).status).toBe(200);
    const { status, body: refused } = await post('/v3/lease/grant', body(jsonValuesMax + 1));
    expect([status, refused]).toMatchObject([400, { code: 3, message: `exceeded max values of ${jsonValuesMax}` }]);
  });

  test('transactions nest, oneofs are named by their member', async () => {
    const { database } = served;
    database.answer('txn', { kind: 'txn', succeeded: true, responses: [] });
    const compare = [{ target: 'VERSION', key: 'YQ==', version: '3', result: 'GREATER' }];
    let txn: object = { compare, success: [{ request_put: { key: 'YQ==', value: 'Yg==' } }] };
    for (let level = 1; level < 100; level++) txn = { success: [{ request_txn: txn }] };
    expect(await post('/v3/kv/txn', txn)).toMatchObject({ status: 200, body: { header, succeeded: true } });
    let inner = txnOf(database.requests[0]);
    for (let level = 1; level < 100; level++) inner = inner.success[0] as typeof inner;
    expect(inner.success).toMatchObject([{ kind: 'put', key: 'a' }]);
  });

  test('one object is read, without one nothing is set, and /v3beta is /v3', async () => {
    const { database } = served;
    database.answer('range', { kind: 'range', kvs: [], more: false, count: 0, keysOnly: false });
    expect((await post('/v3beta/kv/range', '  {"key":"YQ=="}{"key":"Yg=="} garbage')).status).toBe(200);
    expect(database.requests.at(-1)).toMatchObject({ key: 'a' });
    await post('/v3/kv/range', '');
    expect(database.requests.at(-1)).toMatchObject({ key: '' });
  });

  test('over HTTP/2 too', async () => {
    served.database.answer('range', { kind: 'range', kvs: [], more: false, count: 0, keysOnly: false });
    const session = connectHttp2(`http://${served.address}`);
    const stream = session.request({ ':method': 'POST', ':path': '/v3/kv/range' });
    stream.end('{"key":"YQ=="}');
    let body = '';
    for await (const bytes of stream) body += String(bytes);
    expect(JSON.parse(body)).toEqual({ header });
    session.destroy();
  });

  test('the token and metadata are handed on', async () => {
    const { database } = served;
    Object.assign(database, { status: { ...database.status, role: 'standby' } });
    database.answer('range', { kind: 'range', kvs: [], more: false, count: 0, keysOnly: false });
    const headers = { 'grpc-metadata-hasleader': 'true', authorization: 'Bearer x' };
    expect(await post('/v3/kv/range', { key: 'YQ==' }, { headers })).toMatchObject({
      status: 503,
      body: error(14, 'there is no connection available'),
    });
  });
});

describe('errors', () => {
  test.each([
    ['Canceled', 1, 499],
    ['Unknown', 2, 500],
    ['InvalidArgument', 3, 400],
    ['DeadlineExceeded', 4, 504],
    ['NotFound', 5, 404],
    ['PermissionDenied', 7, 403],
    ['ResourceExhausted', 8, 429],
    ['FailedPrecondition', 9, 400],
    ['OutOfRange', 11, 400],
    ['Unimplemented', 12, 501],
    ['Internal', 13, 500],
    ['Unavailable', 14, 503],
    ['DataLoss', 15, 500],
    ['Unauthenticated', 16, 401],
  ] as const)('%s is %i, over HTTP %i', async (name, code, status) => {
    const message = 'etcdserver: “words”';
    served.database.answer('range', new DatabaseError({ status: name, message }));
    expect(await post('/v3/kv/range', { key: 'YQ==' })).toEqual({
      status,
      type: 'application/json',
      body: error(code, message),
    });
  });

  test('a bug of ours is told to the log alone', async () => {
    served.database.answer('range', new Error('secret'));
    expect((await post('/v3/kv/range', {})).body).toEqual(error(13, 'etcdserver: internal error'));
    expect(served.logged).toEqual(['error a call failed for a reason that no client should ever see']);
  });

  test.each(
    [
      'xx',
      '[]',
      '"x"',
      'null',
      '5',
      '{',
      '{"key":"YQ=="',
      '{"key":"YQ==",}',
      '{"key":"%%"}',
      '{"key":5}',
      '{"limit":"x"}',
      '{"limit":1.5}',
      '{"limit":"99999999999999999999"}',
      '{"count_only":"true"}',
      '\u{feff}{}',
      '{"a":'.repeat(2_000),
      `{"x":${'['.repeat(1_000)}`,
    ].map((body) => [body.slice(0, 40), body]),
  )('%s is not understood', async (_shown, body) => {
    const { status, body: answered } = await post('/v3/kv/range', body);
    expect(status).toBe(400);
    expect(answered).toMatchObject({ code: 3, message: expect.any(String) });
    expect(served.database.requests).toHaveLength(0);
    expect(served.logged).toEqual([]);
  });

  test('paths and methods that are not there', async () => {
    expect(await post('/v3/kv/nothing', {})).toMatchObject({ status: 404, body: error(5, 'Not Found') });
    expect(await post('/v3alpha/kv/range', {})).toMatchObject({ status: 404, body: '404 page not found\n' });
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await fetch(`http://${served.address}/v3/kv/range`, { method });
      expect({ status: answer.status, body: await answer.json() }).toEqual({
        status: 501,
        body: error(12, 'Method Not Allowed'),
      });
    }
  });

  test('what is too long is not read to its end, and its sender gets to know', async () => {
    const message = Buffer.alloc(receiveBytesMaxOf(clientLimitsDefault), 'a').toString('base64');
    const { status, body } = await post('/v3/kv/put', { key: 'YQ==', value: message });
    expect({ status, body }).toMatchObject({ status: 429, body: { code: 8 } });
    expect(body).toMatchObject({ message: /^grpc: received message larger than max \(\d+ vs\. 2097152\)$/ });
    const [host, port] = served.address.split(':');
    const socket = connect(Number(port), host);
    const closed = new Promise<void>((resolve) => socket.on('error', () => undefined).on('close', () => resolve()));
    let text = '';
    socket.on('data', (data) => (text += String(data)));
    const length = 1_000_000_000;
    socket.write(`POST /v3/kv/put HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n{"key":"`);
    const more = Buffer.alloc(1_000_000, 'a');
    while (!socket.destroyed && text === '') {
      if (!socket.write(more)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
    }
    await closed;
    expect(text).toMatch(/^HTTP\/1\.1 429 /);
  });
});

describe('streams', () => {
  /** Lines as they come. */
  async function* lines(answer: Response): AsyncGenerator<unknown> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const bytes of answer.body!) {
      text += decoder.decode(bytes, { stream: true });
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        yield JSON.parse(text.slice(0, end));
        text = text.slice(end + 1);
      }
    }
    expect(text).toBe('');
  }

  test('a watch tells each message as a line when it comes, and ends with its client', async () => {
    const { database } = served;
    const leaving = new AbortController();
    const body =
      '{"create_request":{"key":"YQ==","start_revision":"5"}} {"progress_request":{}}\n{"cancel_request":{"watch_id":3}}';
    const asked = fetch(`http://${served.address}/v3/watch`, { method: 'POST', body, signal: leaving.signal });
    await until(() => database.watches[0]?.canceled.length === 1);
    const watch = database.watches[0]!;
    expect(watch.created).toMatchObject([{ key: 'a', startRevision: 5 }]);
    expect(watch).toMatchObject({ progressRequests: 1, canceled: [3n] });
    watch.consumer.response(watchResponse({ created: true }));
    const answer = await asked;
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    const told = lines(answer);
    expect((await told.next()).value).toEqual({ result: { header, created: true } });
    watch.consumer.response(
      watchResponse({
        events: [{ version: keyValue('a', { value: Uint8Array.of(1) }), previous: undefined }] as never,
      }),
    );
    expect((await told.next()).value).toMatchObject({ result: { events: [{ kv: { key: 'YQ==', value: 'AQ==' } }] } });
    await until(() => watch.consumed === 2);
    leaving.abort();
    await until(() => watch.closed);
    expect(served.logged).toEqual([]);
  });

  test('who reads nothing holds its messages back', async () => {
    const { database } = served;
    const [host, port] = served.address.split(':');
    const socket = connect(Number(port), host);
    socket.pause();
    const body = '{"create_request":{"key":"YQ=="}}';
    socket.write(`POST /v3/watch HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    await until(() => database.watches.length === 1);
    const watch = database.watches[0]!;
    const value = new Uint8Array(1_000_000);
    const events = [{ version: keyValue('a', { value }), previous: undefined }];
    const sent = 60;
    for (let count = 0; count < sent; count++) watch.consumer.response(watchResponse({ events }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(watch.consumed).toBeLessThan(sent / 2);
    socket.destroy();
    await until(() => watch.closed);
  });

  test('keep-alives are answered one by one, also while the request goes on', async () => {
    served.database.answer('lease-keep-alive', async ({ id }) => ({ kind: 'lease-keep-alive', id, ttlSeconds: 9 }));
    let send = (_text: string) => {};
    const body = new ReadableStream({
      start: (controller) => void (send = (text) => (text === '' ? controller.close() : controller.enqueue(text))),
    }).pipeThrough(new TextEncoderStream());
    const asked = fetch(`http://${served.address}/v3/lease/keepalive`, {
      method: 'POST',
      body,
      duplex: 'half',
    });
    send('{"ID":"1"}{"I');
    const told = lines(await asked);
    expect((await told.next()).value).toEqual({ result: { header, ID: '1', TTL: '9' } });
    send('D":2}');
    expect((await told.next()).value).toEqual({ result: { header, ID: '2', TTL: '9' } });
    send('');
    expect((await told.next()).done).toBe(true);
  });

  test('an error before the first message is the status, later it is a line; both shapes at once', async () => {
    const { database } = served;
    const noLeader = { grpc_code: 14, http_code: 503, message: 'etcdserver: no leader', code: 14 };
    database.answer('lease-keep-alive', new DatabaseError(clientErrors.noLeader));
    expect(await post('/v3/lease/keepalive', { ID: 5 })).toMatchObject({ status: 503, body: { error: noLeader } });
    const answer = { kind: 'lease-keep-alive', id: 5n, ttlSeconds: 9 } as const;
    database.answer('lease-keep-alive', answer, new DatabaseError(clientErrors.noLeader));
    const { status, body } = await post('/v3/lease/keepalive', '{"ID":5}{"ID":5}');
    expect(status).toBe(200);
    expect(String(body).split('\n').map(jsonOr)).toEqual([
      { result: { header, ID: '5', TTL: '9' } },
      { error: noLeader },
      '',
    ]);
  });

  test('a stop ends them, and tells so', async () => {
    const { database } = served;
    const asked = post('/v3/watch', { create_request: { key: 'YQ==' } });
    await until(() => database.watches.length === 1);
    database.watches[0]!.consumer.response(watchResponse({ created: true }));
    await until(() => database.watches[0]!.consumed === 1);
    await served.server.stop(60_000);
    expect(String((await asked).body)).toContain(
      '{"error":{"grpc_code":14,"http_code":503,"message":"etcdserver: server stopped"',
    );
    expect(served.logged).toEqual([]);
  });
});

describe('stopping', () => {
  test('lets calls under way finish', async () => {
    const { database, server } = served;
    let resolve = () => {};
    const gate = new Promise<void>((fulfil) => (resolve = fulfil));
    database.answer('range', async () => {
      await gate;
      return { kind: 'range', kvs: [], more: false, count: 3, keysOnly: false };
    });
    const asked = post('/v3/kv/range', { key: 'YQ==' });
    await until(() => database.requests.length === 1);
    const stopped = server.stop(60_000);
    resolve();
    expect(await asked).toMatchObject({ status: 200, body: { count: '3' } });
    await stopped;
    expect(served.logged).toEqual([]);
  });

  test('a client that leaves is noticed', async () => {
    const { database } = served;
    database.answer('range', untilAborted);
    const leaving = new AbortController();
    const asked = post('/v3/kv/range', { key: 'YQ==' }, { signal: leaving.signal });
    await until(() => database.signals.length === 1);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await until(() => database.signals[0]?.aborted === true);
    expect(served.logged).toEqual([]);
  });
});
