import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { reservePort } from './reserve-port.ts';

/** What listening on the port comes to. */
function listenOn(port: number): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve('listened')));
  });
}

test('a reserved port is nobody else’s until it is released', async () => {
  const reserved = await reservePort('127.0.0.1');
  expect(await listenOn(reserved.port)).toBe('EADDRINUSE');
  await reserved.release();
  expect(await listenOn(reserved.port)).toBe('listened');
});
