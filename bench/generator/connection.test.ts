import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { openConnection } from './connection.ts';
import { messageFrame } from './frames.ts';

let server: Http2Server | undefined;

afterEach(async () => {
  const closing = server;
  server = undefined;
  if (closing !== undefined) await new Promise<void>((resolve) => void closing.close(() => resolve()));
});

/** Another implementation of the protocol than the one under test. */
async function serve(answer: (stream: ServerHttp2Stream, request: Buffer) => void): Promise<number> {
  const started = createServer();
  server = started;
  started.on('stream', (stream, headers) => {
    const pieces: Buffer[] = [];
    expect(headers).toMatchObject({
      ':method': 'POST',
      ':path': '/a/B',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('end', () => answer(stream, Buffer.concat(pieces)));
  });
  await new Promise<void>((resolve) => void started.listen(0, '127.0.0.1', resolve));
  return (started.address() as AddressInfo).port;
}

function echo(stream: ServerHttp2Stream, request: Buffer): void {
  stream.respond({ ':status': 200 }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(request);
}

async function exchange(port: number, messages: readonly Buffer[]): Promise<readonly (Buffer | Error)[]> {
  const connection = await openConnection(port, '/a/B');
  const outcomes = messages.map(
    (message) =>
      new Promise<Buffer | Error>((resolve) => {
        connection.send({ message: messageFrame(message), answered: resolve, failed: resolve });
      }),
  );
  connection.flush();
  try {
    return await Promise.all(outcomes);
  } finally {
    connection.close();
  }
}

test('every call gets the answer to its own message', async () => {
  const messages = Array.from({ length: 50 }, (_, index) => Buffer.alloc(index * 7, index));
  expect(await exchange(await serve(echo), messages)).toEqual(messages);
});

test('more than the server takes at once waits for its grant', async () => {
  // 160 kB, while 64 KiB are granted to begin with.
  const messages = Array.from({ length: 10 }, (_, index) => Buffer.alloc(16_000, index));
  expect(await exchange(await serve(echo), messages)).toEqual(messages);
});

test('a message that does not fit into one frame is not made', () => {
  expect(() => messageFrame(Buffer.alloc(16_379))).not.toThrow();
  expect(() => messageFrame(Buffer.alloc(16_380))).toThrow('one frame');
});

test('a call that was answered with a status alone has failed', async () => {
  const port = await serve((stream) => stream.respond({ ':status': 200, 'grpc-status': '14' }, { endStream: true }));
  expect(await exchange(port, [Buffer.of(1)])).toEqual([new Error('the call failed: its answer has no message')]);
});

test('so has one whose answer ends without trailers, or halfway through', async () => {
  const port = await serve((stream, request) => {
    stream.respond({ ':status': 200 }, { waitForTrailers: request.length > 6 });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(request.subarray(0, 6));
  });
  expect(await exchange(port, [Buffer.alloc(1), Buffer.alloc(2)])).toEqual([
    new Error('the answer ended without trailers'),
    new Error('the answer is not one plain message'),
  ]);
});

test('a connection that goes away fails the calls on it', async () => {
  const port = await serve((stream) => stream.session?.destroy());
  const outcomes = await exchange(port, [Buffer.of(1), Buffer.of(2)]);
  expect(outcomes.map((outcome) => outcome instanceof Error)).toEqual([true, true]);
});
