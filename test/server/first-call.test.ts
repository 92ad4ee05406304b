import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { callHeaders, frame, frameFlags, frameTypes, messageFrame } from '../../bench/generator/frames.ts';
import { until } from './etcd-client.ts';
import { serve, type Served } from './harness.ts';

/** How a connection over HTTP/2 may begin, by hand: every way of it is served. */

let served: Served;
let client: Client;

beforeEach(async () => {
  served = await serve();
  client = await openClient(Number(served.address.split(':')[1]));
});

afterEach(async () => {
  client.socket.destroy();
  await served.stop();
});

const nothing = Buffer.alloc(0);
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const settings = frame(frameTypes.settings, 0, 0, nothing);
const acknowledgement = frame(frameTypes.settings, frameFlags.acknowledge, 0, nothing);
const ping = frame(frameTypes.ping, 0, 0, Buffer.from('12345678'));
const path = '/etcdserverpb.Maintenance/Status';

function call(stream: number, authority: string, form: 'first' | 'later' = 'first'): Buffer {
  const [headers, message] = [Buffer.from(callHeaders(path, authority)[form]), messageFrame(nothing)];
  headers.writeUInt32BE(stream, 5);
  message.writeUInt32BE(stream, 5);
  return Buffer.concat([headers, message]);
}

interface Client {
  readonly socket: Socket;
  /** Resolves with so many settings of the server, those that acknowledge left out. */
  settings(count: number): Promise<void>;
  /** Resolves once the stream has a message and has ended. */
  answered(stream: number): Promise<void>;
  readonly resets: number;
}

async function openClient(port: number): Promise<Client> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  let bytes: Buffer = nothing;
  let settingsCount = 0;
  let resets = 0;
  const messages = new Set<number>();
  const ended = new Set<number>();
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 9 && bytes.length >= 9 + bytes.readUIntBE(0, 3)) {
      const [type, flags, stream] = [bytes.readUInt8(3), bytes.readUInt8(4), bytes.readUInt32BE(5)];
      if (type === frameTypes.settings && flags === 0) settingsCount += 1;
      if (type === frameTypes.data) messages.add(stream);
      if (type === frameTypes.headers && (flags & frameFlags.endStream) !== 0) ended.add(stream);
      if (type === frameTypes.resetStream || type === frameTypes.goAway) resets += 1;
      bytes = bytes.subarray(9 + bytes.readUIntBE(0, 3));
    }
  });
  return {
    socket,
    settings: (count) => until(() => settingsCount >= count),
    answered: (stream) => until(() => messages.has(stream) && ended.has(stream)),
    get resets() {
      return resets;
    },
  };
}

describe.each(['127.0.0.1:1', 'http://127.0.0.1:1', 'https://name:1', '#initially=[http://name:1;http://name:2]'])(
  'a server named %s',
  (authority) => {
    test('by a client that waits for settings', async () => {
      client.socket.write(Buffer.concat([preface, settings]));
      await client.settings(1);
      client.socket.write(acknowledgement);
      client.socket.write(call(1, authority));
      await client.answered(1);
      client.socket.write(Buffer.concat([acknowledgement, call(3, authority, 'later')]));
      await client.answered(3);
      expect(client.resets).toBe(0);
    });

    test('by a client that waits for nothing', async () => {
      client.socket.write(Buffer.concat([preface, settings, call(1, authority)]));
      await client.answered(1);
      client.socket.write(Buffer.concat([acknowledgement, call(3, authority, 'later')]));
      await client.answered(3);
      expect(client.resets).toBe(0);
    });

    test('by a client whose call crosses with the settings', async () => {
      client.socket.write(Buffer.concat([preface, settings]));
      await client.settings(1);
      client.socket.write(Buffer.concat([ping, call(1, authority)]));
      client.socket.write(acknowledgement);
      await client.answered(1);
      expect(client.resets).toBe(0);
    });

    test('in pieces of a byte', async () => {
      for (const byte of Buffer.concat([preface, settings])) client.socket.write(Buffer.of(byte));
      await client.settings(1);
      for (const byte of Buffer.concat([acknowledgement, call(1, authority)])) {
        client.socket.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await client.answered(1);
      expect(client.resets).toBe(0);
    });
  },
);

test('who calls nobody is served once it calls', async () => {
  client.socket.write(Buffer.concat([preface, settings]));
  await client.settings(1);
  client.socket.write(acknowledgement);
  await client.settings(2);
  client.socket.write(Buffer.concat([acknowledgement, call(1, '127.0.0.1:1')]));
  await client.answered(1);
});

test('who has not called yet does not keep a server from stopping', async () => {
  client.socket.write(Buffer.concat([preface, settings]));
  await client.settings(1);
  const closed = once(client.socket, 'close');
  await served.server.stop(60_000);
  await closed;
});

test('a frame that is too long is refused when it begins', async () => {
  client.socket.write(Buffer.concat([preface, settings, call(1, 'http://127.0.0.1:1')]));
  await client.answered(1);
  const headers = frame(frameTypes.headers, 0x05, 3, Buffer.alloc(1_000_000));
  client.socket.write(Buffer.concat([acknowledgement, headers.subarray(0, 100)]));
  await until(() => client.resets > 0);
});

test('headers that make no sense are told by Node', async () => {
  const headers = frame(frameTypes.headers, 0x05, 1, Buffer.of(0x41));
  client.socket.write(Buffer.concat([preface, settings, headers]));
  await until(() => client.resets > 0);
});

test('other clients of HTTP/2 begin as they do', async () => {
  const session = connectHttp2(`http://${served.address}`);
  const stream = session.request({ ':path': '/version' });
  const [headers] = (await once(stream, 'response')) as [{ readonly ':status': number }];
  expect(headers[':status']).toBe(200);
  session.destroy();
});
