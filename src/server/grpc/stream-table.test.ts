import { once } from 'node:events';
import { type ClientHttp2Session, connect, createServer, type Http2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replaceStreamTable } from './stream-table.ts';

const server = createServer();
const streams: ServerHttp2Stream[] = [];
let sessions: Http2Session[] = [];
let client: ClientHttp2Session;

server.on('session', (session) => {
  sessions.push(session);
  replaceStreamTable(session);
});
server.on('stream', (stream) => {
  streams.push(stream);
  // What is cut off ends so; nobody here minds.
  stream.on('error', () => undefined);
});

beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(client, 'connect');
});

afterEach(async () => {
  client.destroy();
  for (const session of sessions) session.destroy();
  sessions = [];
  streams.length = 0;
  await new Promise((resolve) => server.close(resolve));
});

test('this version of Node keeps the streams of a session where they are looked for', async () => {
  const stream = await open();
  const table = tableOf(stream.session!);
  // Node's own would be no `Map` either: it has no prototype that anybody could change.
  expect(isReplaced(stream.session!)).toBe(true);
  expect(table.size).toBe(1);
  expect([...table]).toEqual([[stream.id, stream]]);
});

test('whose calls have numbers that go together badly costs no more than others', async () => {
  const own = await open();
  const table = tableOf(own.session!);
  // As numbers are spread where nobody chooses them, all of these would be in one place.
  const numbers = Array.from({ length: 40_000 }, (_, index) => Math.imul(2 * index + 1, 0x0e8b_2f51) >>> 0);
  const started = process.cpuUsage().user;
  for (const number of numbers) table.set(number, own);
  for (const number of numbers) table.delete(number);
  // Otherwise it is more than ten seconds of a processor; so it is hundredths of one.
  expect(process.cpuUsage().user - started).toBeLessThan(4_000_000);
  expect(table.size).toBe(1);
});

test('streams come and go as before', async () => {
  for (let call = 0; call < 20; call++) {
    const answered = client.request({ ':path': '/' });
    const [stream] = (await once(server, 'stream')) as [ServerHttp2Stream];
    stream.respond({ ':status': 200 });
    stream.end('answer');
    expect(await bodyOf(answered)).toBe('answer');
    if (!stream.destroyed) await once(stream, 'close');
  }
  expect(tableOf(sessions[0]!).size).toBe(0);
});

test('a session that is destroyed takes its streams with it', async () => {
  const [first, second] = [await open(), await open()];
  const closed = Promise.all([once(first, 'close'), once(second, 'close')]);
  sessions[0]!.destroy();
  await closed;
});

test('streams that were there before stay', async () => {
  const stream = await open();
  const state = stateOf(stream.session!);
  state.streams = new Map(state.streams);
  replaceStreamTable(stream.session!);
  expect(isReplaced(stream.session!)).toBe(true);
  expect(tableOf(stream.session!).get(stream.id!)).toBe(stream);
});

async function open(): Promise<ServerHttp2Stream> {
  client.request({ ':path': '/' }).on('error', () => undefined);
  const [stream] = (await once(server, 'stream')) as [ServerHttp2Stream];
  return stream;
}

interface SessionState {
  streams: Map<number, ServerHttp2Stream>;
}

function stateOf(session: Http2Session): SessionState {
  const name = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'state')!;
  return (session as unknown as Record<symbol, SessionState>)[name]!;
}

function tableOf(session: Http2Session): SessionState['streams'] {
  return stateOf(session).streams;
}

function isReplaced(session: Http2Session): boolean {
  return Object.getPrototypeOf(tableOf(session)) === Object.prototype;
}

async function bodyOf(stream: NodeJS.ReadableStream): Promise<string> {
  let body = '';
  for await (const chunk of stream) body += String(chunk);
  return body;
}
