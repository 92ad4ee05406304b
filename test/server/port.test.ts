import { once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { get as getSecure } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { httpRequestsWaitingMax } from '../../src/server/limits.ts';
import { startServer, type ClientServer } from '../../src/server/server.ts';
import { createAuthority, opensslAbsence, type TestAuthority } from '../support/tls/certificates.ts';
import { callRaw, until } from './etcd-client.ts';
import { createFakeDatabase } from './fake-database.ts';
import { serve, type Served } from './harness.ts';

const statusPath = '/etcdserverpb.Maintenance/Status';
const versionStart = /^\{"etcdserver":"3\.6\./;

/** All that the server sends until it closes. */
async function exchange(address: string, parts: readonly Buffer[]): Promise<string> {
  const [host, port] = address.split(':');
  const socket = connect(Number(port), host);
  socket.setNoDelay(true);
  const closed = once(socket, 'close');
  let text = '';
  socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
  for (const part of parts) {
    socket.write(part);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await closed;
  return text;
}

async function firstBytes(address: string, parts: readonly Buffer[]): Promise<Buffer> {
  const [host, port] = address.split(':');
  const socket = connect(Number(port), host);
  socket.setNoDelay(true);
  const data = once(socket, 'data');
  for (const part of parts) {
    socket.write(part);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const [bytes] = (await data) as [Buffer];
  socket.destroy();
  return bytes;
}

async function getOverHttp2(session: ClientHttp2Session, path: string) {
  const stream = session.request({ ':path': path });
  const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
  let body = '';
  for await (const bytes of stream) body += String(bytes);
  return { status: headers[':status'], body };
}

describe('a port in plain text', () => {
  let served: Served;
  beforeEach(async () => {
    served = await serve();
  });
  afterEach(() => served.stop());

  test('a client that asks on and on before anything was answered is let go, and all that it asked for ends', async () => {
    const watch = Buffer.from('POST /v3/watch HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}');
    await exchange(served.address, [Buffer.concat(Array.from({ length: 1_000 }, () => watch))]);
    const { watches } = served.database;
    await until(() => watches.length > 0 && watches.every(({ closed }) => closed));
    expect(watches.length).toBeLessThanOrEqual(httpRequestsWaitingMax);
  });

  test('serves gRPC, HTTP/1.1 and other requests over HTTP/2, also on one connection', async () => {
    expect(await served.client.call('Maintenance/Status', {})).toMatchObject({ leader: expect.any(String) });
    const answer = await fetch(`http://${served.address}/version`);
    expect(await answer.text()).toMatch(versionStart);
    const session = connectHttp2(`http://${served.address}`);
    expect(await getOverHttp2(session, '/version')).toMatchObject({
      status: 200,
      body: expect.stringMatching(versionStart),
    });
    expect(await getOverHttp2(session, '/nothing')).toMatchObject({ status: 404 });
    const call = session.request({
      ':method': 'POST',
      ':path': statusPath,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    call.end(Buffer.alloc(5)).resume();
    const [trailers] = (await once(call, 'trailers')) as [Record<string, string>];
    expect(trailers['grpc-status']).toBe('0');
    session.destroy();
    expect(served.logged).toEqual([]);
  });

  test('decides by the first bytes, however they come', async () => {
    const request = Buffer.from('GET /version HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const oneByOne = Array.from(request, (byte) => Buffer.of(byte));
    expect(await exchange(served.address, oneByOne)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*"etcdserver":"3\.6\./);
    // Begins like HTTP/2, and goes on otherwise.
    const post = ['P', 'OST /version HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n'].map((text) =>
      Buffer.from(text),
    );
    expect(await exchange(served.address, post)).toMatch(/^HTTP\/1\.1 405 /);
    const preface = Array.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', (letter) => Buffer.from(letter));
    const frames = await firstBytes(served.address, preface);
    // The server's own settings come first.
    expect(frames[3]).toBe(4);
  });

  test('ends with who leaves before or after having said what it speaks', async () => {
    const [host, port] = served.address.split(':');
    for (const said of ['', 'PRI * HT', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'GET / HTTP/1.1\r\n']) {
      const socket = connect({ port: Number(port), host: host!, allowHalfOpen: true });
      socket.end(said).resume();
      await once(socket, 'close');
    }
  });

  test('a stop waits for nobody who has asked nothing', async () => {
    const [host, port] = served.address.split(':');
    const silent = connect(Number(port), host);
    const kept = connect(Number(port), host);
    kept.write('GET /version HTTP/1.1\r\nhost: x\r\n\r\n');
    await Promise.all([once(silent, 'connect'), once(kept, 'data')]);
    const closed = [once(silent, 'close'), once(kept, 'close')];
    await served.stop();
    await Promise.all(closed);
    expect(served.logged).toEqual([]);
  });
});

describe.skipIf(opensslAbsence !== undefined)('a port with TLS', () => {
  let authority: TestAuthority;
  let server: ClientServer;
  let authorityOnly: { ca: string };
  beforeAll(async () => {
    authority = createAuthority('the tests');
    const { certificate: cert, key } = authority.sign('server');
    authorityOnly = { ca: authority.certificate };
    const options = { cert, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: false };
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    const database = createFakeDatabase();
    server = await startServer({ database, listen: ['127.0.0.1:0', 'http://127.0.0.1:0'], tls: { options }, log });
  });
  afterAll(() => server.stop(1_000));

  test.each([
    ['h2 and then http/1.1', ['h2', 'http/1.1'], 'h2'],
    ['http/1.1', ['http/1.1'], 'http/1.1'],
    ['nothing', [], false],
  ])('agrees with a client that offers %s', async (_what, ALPNProtocols, agreed) => {
    const port = Number(server.addresses[0]!.split(':')[1]);
    const socket = connectTls({ port, host: 'localhost', ALPNProtocols, ...authorityOnly });
    await once(socket, 'secureConnect');
    expect(socket.alpnProtocol).toBe(agreed);
    if (agreed !== 'h2') {
      socket.write('GET /version HTTP/1.1\r\nhost: x\r\n\r\n');
      const [bytes] = (await once(socket, 'data')) as [Buffer];
      expect(bytes.toString()).toMatch(/^HTTP\/1\.1 200 OK/);
    }
    socket.destroy();
  });

  test('serves gRPC and both versions of HTTP, and plain text only where it was asked for', async () => {
    const [secure, plain] = server.addresses as [string, string];
    const client = new Client(secure, credentials.createSsl(Buffer.from(authority.certificate)));
    expect(await callRaw(client, statusPath, Buffer.alloc(0))).not.toHaveLength(0);
    client.close();
    const session = connectHttp2(`https://localhost:${secure.split(':')[1]}`, authorityOnly);
    expect(await getOverHttp2(session, '/version')).toMatchObject({ status: 200 });
    session.destroy();
    const body = await new Promise<string>((resolve, reject) => {
      getSecure(`https://localhost:${secure.split(':')[1]}/version`, authorityOnly, (answer) =>
        answer.on('data', (data) => resolve(String(data))),
      ).on('error', reject);
    });
    expect(body).toMatch(versionStart);
    expect((await fetch(`http://${plain}/version`)).status).toBe(200);
    await expect(fetch(`http://${secure}/version`)).rejects.toThrow();
  });
});
