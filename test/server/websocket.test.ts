import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { clientErrors } from '../../src/core/types/error.ts';
import { DatabaseError } from '../../src/host/database.ts';
import { until } from './etcd-client.ts';
import { keyValue, watchResponse } from './fake-database.ts';
import { serve, type Served } from './harness.ts';

let served: Served;

beforeEach(async () => {
  served = await serve();
});

afterEach(() => served.stop());

function connect(path: string, protocols: readonly string[] = [], options: ClientOptions = {}) {
  const told: unknown[] = [];
  const socket = new WebSocket(`ws://${served.address}${path}`, [...protocols], options);
  socket.on('message', (data: Buffer) => void told.push(JSON.parse(data.toString())));
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  const refused = new Promise<number | undefined>((resolve) => {
    socket.on('unexpected-response', (_request, answer) => {
      resolve(answer.statusCode);
      socket.terminate();
    });
  });
  socket.on('error', () => undefined);
  return { socket, told, closed, refused };
}

describe('websockets', () => {
  test('carry a watch: a message for each request, and for each response', async () => {
    const { database } = served;
    const { socket, told, closed } = connect('/v3/watch');
    await once(socket, 'open');
    socket.send('{"create_request":{"key":"YQ=="}}');
    await until(() => database.watches[0]?.created.length === 1);
    const watch = database.watches[0]!;
    watch.consumer.response(watchResponse({ created: true }));
    watch.consumer.response(watchResponse({ events: [{ version: keyValue('a'), previous: undefined }] }));
    await until(() => told.length === 2);
    expect(told).toMatchObject([{ result: { created: true } }, { result: { events: [{ kv: { key: 'YQ==' } }] } }]);
    socket.send('{"cancel_request":{"watch_id":7}}{"progress_request":{}}');
    await until(() => watch.progressRequests === 1);
    expect(watch.canceled).toEqual([7n]);
    socket.close();
    await closed;
    await until(() => watch.closed);
    expect(served.logged).toEqual([]);
  });

  test('hold back what their client does not read', async () => {
    const { database } = served;
    const { socket } = connect('/v3/watch');
    await once(socket, 'open');
    socket.send('{"create_request":{"key":"YQ=="}}');
    await until(() => database.watches[0]?.created.length === 1);
    socket.pause();
    const watch = database.watches[0]!;
    const version = keyValue('a', { value: new Uint8Array(1_000_000) });
    const sent = 60;
    for (let count = 0; count < sent; count++) {
      watch.consumer.response(watchResponse({ events: [{ version, previous: undefined }] }));
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(watch.consumed).toBeLessThan(sent / 2);
    socket.terminate();
    await until(() => watch.closed);
  });

  test('carry other calls, and tell errors before they close', async () => {
    const { database } = served;
    database.answer('range', { kind: 'range', kvs: [], more: false, count: 3, keysOnly: false });
    const range = connect('/v3beta/kv/range');
    await once(range.socket, 'open');
    range.socket.send('{"key":"YQ=="}');
    await range.closed;
    expect(range.told).toMatchObject([{ count: '3' }]);
    database.answer('lease-keep-alive', new DatabaseError(clientErrors.noLeader));
    for (const [path, body, code] of [
      ['/v3/lease/keepalive', '{"ID":"1"}', 14],
      ['/v3/watch', 'xx', 3],
    ] as const) {
      const { socket, told, closed } = connect(path);
      await once(socket, 'open');
      socket.send(body);
      await closed;
      expect(told).toMatchObject([{ error: { code } }]);
    }
  });

  test('are refused where there is nothing, and to pages that nobody allowed', async () => {
    expect(await connect('/v3/nothing').refused).toBe(404);
    expect(await connect('/version').refused).toBe(404);
    expect(await connect('/v3/watch', [], { origin: 'http://evil' }).refused).toBe(403);
    const allowed = connect('/v3/watch', ['Bearer', 'a.1']);
    await once(allowed.socket, 'open');
    expect(allowed.socket.protocol).toBe('Bearer');
    allowed.socket.terminate();
  });

  test('end with the server', async () => {
    const { socket, told, closed } = connect('/v3/watch');
    await once(socket, 'open');
    socket.send('{"create_request":{"key":"YQ=="}}');
    await until(() => served.database.watches.length === 1);
    await Promise.all([served.server.stop(60_000), closed]);
    expect(told).toMatchObject([{ error: { message: 'etcdserver: server stopped' } }]);
  });

  test('are the only upgrade: any other request for one is a request', async () => {
    const [host, port] = served.address.split(':');
    const { connect: connectSocket } = await import('node:net');
    const socket = connectSocket(Number(port), host);
    socket.write(
      'GET /version HTTP/1.1\r\nhost: x\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAM\r\n\r\n',
    );
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    expect(bytes.toString()).toMatch(/^HTTP\/1\.1 200 OK/);
    socket.destroy();
  });
});
