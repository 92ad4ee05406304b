import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientErrors } from '../../src/core/types/error.ts';
import { DatabaseError } from '../../src/host/database.ts';
import { gatewayPaths } from '../../src/server/gateway/paths.ts';
import { serve, type Served } from './harness.ts';

/**
 * Whatever comes in on the port, the server goes on, tells its operators of no bug, and lets nobody wait who has ended its side. The
 * database refuses everything: what is tried here is all before it.
 */
let served: Served;

beforeAll(async () => {
  served = await serve();
  const refuse = () => Promise.reject(new DatabaseError(clientErrors.noLeader));
  Object.assign(served.database, { request: refuse, openSnapshot: refuse });
});

afterAll(async () => {
  expect(served.logged).toEqual([]);
  await served.stop();
});

/** All that comes back until the server has closed. */
function exchange(bytes: Uint8Array): Promise<string> {
  const [host, port] = served.address.split(':');
  const socket = connect({ port: Number(port), host: host!, allowHalfOpen: true });
  let text = '';
  socket.on('data', (data: Buffer) => (text += data.toString('latin1'))).on('error', () => undefined);
  socket.end(bytes);
  return new Promise((resolve) => socket.on('close', () => resolve(text)).on('end', () => socket.destroy()));
}

async function isServing(): Promise<boolean> {
  return (await fetch(`http://${served.address}/version`)).ok;
}

const settingsFrame = 4;

const scraps = [
  'GET ',
  'POST ',
  'OPTIONS * ',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '/v3/kv/range',
  '/v3/watch',
  '/health?exclude=%',
  '//[',
  ' HTTP/1.1\r\n',
  ' HTTP/9.9\r\n',
  'host: x\r\n',
  'host: [::\r\n',
  'content-length: 14\r\n',
  'content-length: -1\r\n',
  'content-length: 99999999999999999999\r\n',
  'transfer-encoding: chunked\r\n',
  'transfer-encoding: gzip, chunked\r\n',
  'upgrade: websocket\r\nconnection: upgrade\r\n',
  'expect: 100-continue\r\n',
  'authorization: \xff\xfe\r\n',
  '\r\n',
  '\n',
  '\0',
  'e\r\n',
  '{"key":"YQ=="}',
  '{"create_request":{"key":"YQ=="}}',
  '0\r\n\r\n',
];
const piece = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...scraps).map((text) => Buffer.from(text, 'latin1')) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)) },
);

describe('bytes', () => {
  test('of requests in pieces, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 14 }), async (pieces) => {
        const answer = await exchange(Buffer.concat(pieces));
        // Nothing, an answer of HTTP/1.1, or a frame of HTTP/2: its settings.
        const frame = answer.charCodeAt(3);
        expect(answer === '' || /^HTTP\/1\.1 [1-5]\d\d /.test(answer) || frame === settingsFrame).toBe(true);
      }),
      { numRuns: 250 },
    );
    expect(await isServing()).toBe(true);
  });

  test('of HTTP/2 that are no frames', async () => {
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await exchange(Buffer.concat([preface, bytes]));
      }),
      { numRuns: 100 },
    );
    expect(await isServing()).toBe(true);
  });
});

const bodies = [
  '{"key":"YQ==","range_end":"Yg==","limit":"5","sort_order":"DESCEND"}',
  '{"compare":[{"target":"VALUE","key":"YQ==","value":"Yg=="}],"success":[{"request_put":{"key":"Yw=="}}],"failure":[{"request_txn":{}}]}',
  '{"create_request":{"key":"YQ==","filters":["NOPUT"],"prev_kv":true}}{"cancel_request":{"watch_id":"1"}}',
  '{"name":"root","password":"x","options":{"no_password":true},"perm":{"permType":"READ","key":"YQ=="}}',
];
const scrapsOfJson = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  '\\',
  '\\u00',
  '1e999',
  '-',
  'null',
  '"__proto__":',
  '{"a":{"a":',
  '\xff',
];

const garbledJson = fc
  .tuple(
    fc.constantFrom(...bodies),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 6 }), fc.constantFrom('', ...scrapsOfJson)), { maxLength: 4 }),
  )
  .map(([body, edits]) =>
    edits.reduce((text, [at, length, scrap]) => {
      const from = at % (text.length + 1);
      return text.slice(0, from) + scrap + text.slice(from + length);
    }, body),
  );

describe('bodies', () => {
  test('that are nearly JSON, on every path', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(gatewayPaths)), garbledJson, async (path, body) => {
        const leaving = new AbortController();
        const answered = fetch(`http://${served.address}${path}`, { method: 'POST', body, signal: leaving.signal });
        // A watch without a request waits for one, as it should.
        const waits = path === '/v3/watch';
        const timer = waits ? setTimeout(() => leaving.abort(), 20) : undefined;
        try {
          const answer = await answered;
          const told = JSON.parse(await answer.text()) as { readonly error: unknown };
          expect(answer.status).toBeGreaterThanOrEqual(400);
          expect(told.error).toBeDefined();
        } catch (error) {
          if (!waits || !leaving.signal.aborted) throw error;
        } finally {
          clearTimeout(timer);
        }
      }),
      { numRuns: 300 },
    );
    expect(await isServing()).toBe(true);
  });

  test('over HTTP/2 too', async () => {
    const session = connectHttp2(`http://${served.address}`);
    await fc.assert(
      fc.asyncProperty(garbledJson, async (body) => {
        const stream = session.request({ ':method': 'POST', ':path': '/v3/kv/range' });
        stream.end(body);
        const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
        stream.resume();
        if (!stream.closed) await once(stream, 'close');
        expect(headers[':status']).toBeGreaterThanOrEqual(400);
      }),
      { numRuns: 100 },
    );
    session.destroy();
  });
});
