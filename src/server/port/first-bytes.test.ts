import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { firstBytesTimeoutMs } from '../limits.ts';
import { tellProtocol } from './first-bytes.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

function connection() {
  const socket = new Duplex({ read: () => undefined, write: (_bytes, _encoding, done) => done() });
  const told: string[] = [];
  tellProtocol(socket as Socket, (protocol) => told.push(protocol));
  return { socket, told };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test.each(['', 'PRI * HTTP/2.0\r\n'])('who says %j and no more is let go in time', async (said) => {
  const { socket, told } = connection();
  if (said !== '') socket.push(said);
  await turn();
  vi.advanceTimersByTime(firstBytesTimeoutMs - 1);
  expect(socket.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  expect(socket.destroyed).toBe(true);
  expect(told).toEqual([]);
});

test('nothing is lost of what was read, and nobody is let go any more', async () => {
  const { socket, told } = connection();
  socket.push('PRI * HTTP/2.0\r\n');
  await turn();
  socket.push('\r\nSM\r\n\r\nand more');
  await turn();
  expect(told).toEqual(['http/2']);
  expect(String(socket.read())).toBe('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nand more');
  vi.advanceTimersByTime(firstBytesTimeoutMs);
  expect(socket.destroyed).toBe(false);
});
