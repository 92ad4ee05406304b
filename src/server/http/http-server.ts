import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpHeaderBytesMax, metricsConnectionsMax, metricsIdleTimeoutMs, metricsRequestTimeoutMs } from '../limits.ts';
import { createHandler, type HandlerOptions } from './handler.ts';

/**
 * The port for metrics and health alone. Who sends slowly, much, or anything but a read is let go: what is told here has to be there when
 * all else is overloaded.
 */
export interface HttpServerOptions extends HandlerOptions {
  readonly listen: readonly { readonly host: string; readonly port: number }[];
}

export interface HttpServer {
  /** In the order of `listen`, with real ports. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  stop(): Promise<void>;
}

/** Rejects, and listens nowhere, when one of the addresses cannot be had. */
export async function startHttpServer({ listen, ...options }: HttpServerOptions): Promise<HttpServer> {
  const handler = createHandler(options);
  const servers: Server[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(servers.map(close)));
  try {
    const addresses = [];
    for (const { host, port } of listen) {
      const server = createServer(
        {
          maxHeaderSize: httpHeaderBytesMax,
          headersTimeout: metricsRequestTimeoutMs,
          requestTimeout: metricsRequestTimeoutMs,
        },
        handler,
      );
      server.maxConnections = metricsConnectionsMax;
      server.keepAliveTimeout = metricsIdleTimeoutMs;
      servers.push(server);
      addresses.push({ host, port: await bind(server, host, port) });
    }
    return { addresses, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new Error(`cannot listen on http://${host}:${port}: ${error.message}`, { cause: error })),
    );
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
