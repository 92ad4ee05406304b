import { createServer } from 'node:net';
import type { ReservedPort } from './serve/parts.ts';

/** A free port, held by listening on it. Whoever comes meanwhile is turned away. */
export function reservePort(host: string): Promise<ReservedPort> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => reject(new Error(`cannot listen on ${host}: ${error.message}`, { cause: error })));
    server.listen(0, host, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        server.close(() => reject(new Error(`${host} has no port`)));
        return;
      }
      resolve({
        port: address.port,
        release: () => new Promise((released) => server.close(() => released())),
      });
    });
  });
}
