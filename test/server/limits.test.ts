import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type ClientLimits, receiveBytesMaxOf } from '../../src/server/limits.ts';
import { callRaw, refusal, until } from './etcd-client.ts';
import { serve, type Served } from './harness.ts';

let served: Served;

afterEach(() => served.stop());

async function serveWith(limits: Partial<ClientLimits>): Promise<Served> {
  served = await serve({ limits });
  return served;
}

const key = Buffer.from('k');

describe('requests', () => {
  test('more of them than may wait are refused, and not left to wait', async () => {
    const { client, database } = await serveWith({ requestsMax: 2 });
    const gates: (() => void)[] = [];
    database.answer('range', async () => {
      await new Promise<void>((resolve) => gates.push(resolve));
      return { kind: 'range', kvs: [], more: false, count: 0, keysOnly: false };
    });
    const waiting = [client.call('KV/Range', { key }), client.call('KV/Range', { key })];
    await until(() => gates.length === 2);
    const refused = '8 etcdserver: too many requests';
    expect(await refusal(client.call('KV/Range', { key }))).toBe(refused);
    const answer = await fetch(`http://${served.address}/v3/kv/range`, { method: 'POST', body: '{"key":"YQ=="}' });
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({ status: 429, body: { code: 8 } });
    expect(await client.call('Maintenance/Status', {})).toMatchObject({ leader: expect.any(String) });
    for (const open of gates.splice(0)) open();
    await Promise.all(waiting);
    const next = client.call('KV/Range', { key });
    await until(() => gates.length === 1);
    gates[0]!();
    await next;
  });

  test('no write may be longer, and no message much longer', async () => {
    const limits = { requestBytesMax: 10_000 };
    const { client, database } = await serveWith(limits);
    database.answer('put', { kind: 'put', previous: undefined });
    await client.call('KV/Put', { key, value: Buffer.alloc(9_900) });
    const long = { key, value: Buffer.alloc(10_000) };
    expect(await refusal(client.call('KV/Put', long))).toBe('3 etcdserver: request is too large');
    const most = receiveBytesMaxOf(limits);
    expect(await refusal(callRaw(client.client, '/etcdserverpb.KV/Put', Buffer.alloc(most + 1)))).toMatch(
      /^8 grpc: received message larger than max \(\d+ vs\. 534288\)$/,
    );
  });
});

describe('connections', () => {
  test('more of them from one address than there may be are closed, and others are let in', async () => {
    const { address } = await serveWith({ connectionsPerClientMax: 2 });
    const [host, port] = address.split(':');
    const openFrom = (localAddress: string) => {
      const socket = connect({ port: Number(port), host: host!, localAddress });
      socket.on('error', () => undefined);
      return socket;
    };
    const kept = [openFrom('127.0.0.1'), openFrom('127.0.0.1')];
    await Promise.all(kept.map((socket) => once(socket, 'connect')));
    await once(openFrom('127.0.0.1'), 'close');
    const other = openFrom('127.0.0.2');
    other.write('GET /version HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(other, 'data');
    expect(kept.map(({ destroyed }) => destroyed)).toEqual([false, false]);
    // What is closed counts no more, as soon as the server knows.
    for (const socket of kept) socket.destroy();
    const isAnswered = () =>
      new Promise<boolean>((resolve) => {
        const another = openFrom('127.0.0.1');
        another.on('data', () => {
          resolve(true);
          another.destroy();
        });
        another.on('close', () => resolve(false));
        another.write('GET /version HTTP/1.1\r\nhost: x\r\n\r\n');
      });
    await expect.poll(isAnswered, { timeout: 60_000 }).toBe(true);
    other.destroy();
  });

  test('more of them than there may be are closed', async () => {
    const { address } = await serveWith({ connectionsMax: 2 });
    const [host, port] = address.split(':');
    const open = () => {
      const socket = connect(Number(port), host);
      socket.on('error', () => undefined);
      return socket;
    };
    const kept = [open(), open()];
    await Promise.all(kept.map((socket) => once(socket, 'connect')));
    const refused = open();
    await once(refused, 'close');
    expect(kept.map(({ destroyed }) => destroyed)).toEqual([false, false]);
    kept[0]!.destroy();
    for (;;) {
      const another = open();
      const ended = once(another, 'close').then(() => 'closed');
      another.write('GET /version HTTP/1.1\r\nhost: x\r\n\r\n');
      const got = await Promise.race([once(another, 'data').then(() => 'answered'), ended]);
      another.destroy();
      if (got === 'answered') break;
    }
    kept[1]!.destroy();
  });

  test('tell how many streams they may carry', async () => {
    const { address } = await serveWith({ connectionStreamsMax: 7 });
    const session = connectHttp2(`http://${address}`);
    const [settings] = (await once(session, 'remoteSettings')) as [{ maxConcurrentStreams: number }];
    expect(settings.maxConcurrentStreams).toBe(7);
    session.destroy();
  });

  test('whose client does not answer are closed', async () => {
    const { address } = await serveWith({ keepaliveIntervalMs: 50, keepaliveTimeoutMs: 50 });
    const [host, port] = address.split(':');
    const socket = connect(Number(port), host);
    const closed = once(socket, 'close');
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
    socket.resume();
    await closed;
  });
});

describe('pings', () => {
  /** What a client that pings so often hears of it; undefined: nothing. */
  async function pinging(minMs: number, times: number, isCalling = false): Promise<string | undefined> {
    const { address } = await serveWith({ pingIntervalMinMs: minMs });
    const session = connectHttp2(`http://${address}`);
    let heard: string | undefined;
    session.on('goaway', (code, _last, words) => (heard = `${code} ${Buffer.from(words ?? []).toString()}`));
    session.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => session.on('close', resolve));
    await once(session, 'remoteSettings');
    for (let count = 0; count < times && !session.destroyed; count++) {
      if (isCalling) {
        const stream = session.request({ ':path': '/version' });
        stream.resume();
        await once(stream, 'end');
      }
      await Promise.race([closed, new Promise<void>((resolve) => void session.ping(() => resolve()))]);
    }
    if (session.destroyed) await closed;
    session.destroy();
    return heard;
  }

  test('too many in a row end the connection, in Go’s words; a stop just then waits for nobody', async () => {
    expect(await pinging(60_000, 10)).toBe('11 too_many_pings');
    await served.server.stop(60_000);
  });

  test('some may come, and any number where nobody minds', async () => {
    expect(await pinging(60_000, 3)).toBeUndefined();
    await served.stop();
    expect(await pinging(0, 10)).toBeUndefined();
  });

  test('between answers they measure the way', async () => {
    expect(await pinging(60_000, 10, true)).toBeUndefined();
  });
});
