import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServerLog } from '../log.ts';
import { httpConnectionsMax, httpHeaderBytesMax, httpHeadersTimeoutMs, httpIdleTimeoutMs } from '../limits.ts';

/**
 * Small answers to GET, by path. Who sends slowly, much, or anything else is let go: what is told here has to be there when all else is
 * overloaded.
 */
export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export type HttpRoute = (url: URL) => HttpAnswer | Promise<HttpAnswer>;

export interface HttpServerOptions {
  readonly listen: readonly { readonly host: string; readonly port: number }[];
  /** Undefined: no such path. */
  readonly route: (path: string) => HttpRoute | undefined;
  readonly log: ServerLog;
}

export interface HttpServer {
  /** In the order of `listen`, with real ports. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  stop(): Promise<void>;
}

export const textType = 'text/plain; charset=utf-8';
export const jsonType = 'application/json';

/** Rejects, and listens nowhere, when one of the addresses cannot be had. */
export async function startHttpServer({ listen, route, log }: HttpServerOptions): Promise<HttpServer> {
  const servers: Server[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(servers.map(close)));
  try {
    const addresses = [];
    for (const { host, port } of listen) {
      const server = createServer(
        {
          maxHeaderSize: httpHeaderBytesMax,
          headersTimeout: httpHeadersTimeoutMs,
          requestTimeout: httpHeadersTimeoutMs,
        },
        (request, response) => void answer(request, response, route, log),
      );
      server.maxConnections = httpConnectionsMax;
      server.keepAliveTimeout = httpIdleTimeoutMs;
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

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  route: HttpServerOptions['route'],
  log: ServerLog,
): Promise<void> {
  try {
    send(request, response, await answerOf(request, route));
  } catch (error) {
    log.error({ error, path: request.url }, 'an HTTP request failed for a reason that no client should ever see');
    send(request, response, { status: 500, type: textType, body: 'Internal Server Error\n' });
  }
}

async function answerOf(request: IncomingMessage, route: HttpServerOptions['route']): Promise<HttpAnswer> {
  const target = `http://host${request.url ?? '/'}`;
  const url = request.url?.startsWith('/') === true && URL.canParse(target) ? new URL(target) : undefined;
  if (url === undefined) return { status: 400, type: textType, body: 'Bad Request\n' };
  const found = route(url.pathname);
  if (found === undefined) return { status: 404, type: textType, body: '404 page not found\n' };
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return isRead ? found(url) : { status: 405, type: textType, body: 'Method Not Allowed\n' };
}

function send(request: IncomingMessage, response: ServerResponse, { status, type, body }: HttpAnswer): void {
  if (response.destroyed || response.headersSent) return;
  const bytes = Buffer.from(body);
  const isRefused = status === 405;
  // Nobody reads what a client may still be sending.
  const isAlone = request.method !== 'GET' && request.method !== 'HEAD';
  response.writeHead(status, {
    'content-type': type,
    'content-length': bytes.length,
    'x-content-type-options': 'nosniff',
    ...(isRefused ? { allow: 'GET' } : {}),
    ...(isAlone ? { connection: 'close' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
