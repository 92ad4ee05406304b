import { lookup } from 'node:dns/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions, TlsOptions, TLSSocket } from 'node:tls';
import {
  httpHeaderBytesMax,
  httpHeadersTimeoutMs,
  httpIdleTimeoutMs,
  httpRequestsWaitingMax,
  tlsHandshakeTimeoutMs,
} from '../limits.ts';
import { admitByNetwork } from './crowding.ts';
import { tellProtocol } from './first-bytes.ts';

/**
 * One listening socket for both of HTTP's versions, as etcd has it: HTTP/1.1 is served here, connections that begin as HTTP/2 are handed
 * over. With TLS the client's choice of protocol (ALPN) and its first bytes have to agree.
 */
export interface PortOptions {
  readonly host: string;
  /** 0: the system picks a free one. */
  readonly port: number;
  /** Undefined: plain text. */
  readonly tls: PortTls | undefined;
  readonly connectionsMax: number;
  /** Of those, from one address. */
  readonly connectionsPerClientMax: number;
  readonly onHttp2: (socket: Socket) => void;
  readonly onRequest: RequestListener;
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Of requests that ask for an upgrade: those that are not are requests like others. */
  readonly isUpgrade: (request: IncomingMessage) => boolean;
}

export interface PortTls {
  readonly options: TlsOptions;
  /** Calls the listener with every later certificate; the answer ends that. */
  onChange?(listener: (options: SecureContextOptions) => void): () => void;
  /** False: whoever is at the other end has a good certificate, and is not let in all the same. */
  admits?(socket: TLSSocket): boolean;
}

export interface Port {
  readonly port: number;
  /** Nobody else comes in, and who has asked nothing yet is let go. Resolves when every connection has ended. */
  close(): Promise<void>;
  /** Ends the connections that are left, whatever they carry, and says how many those were. */
  endConnections(): number;
}

export const protocolsOffered = ['h2', 'http/1.1'];

/** Rejects when the address cannot be had. */
export async function openPort(options: PortOptions): Promise<Port> {
  const { tls, connectionsMax, connectionsPerClientMax } = options;
  const http = {
    maxHeaderSize: httpHeaderBytesMax,
    headersTimeout: httpHeadersTimeoutMs,
    keepAliveTimeout: httpIdleTimeoutMs,
    // Streams of requests may last as long as their connection; who reads a whole body bounds the time for it.
    requestTimeout: 0,
    shouldUpgradeCallback: options.isUpgrade,
  };
  const onRequest = boundWaiting(options.onRequest);
  const server: Server =
    tls === undefined
      ? createServer(http, onRequest)
      : createSecureServer(
          { ...http, handshakeTimeout: tlsHandshakeTimeoutMs, ...tls.options, ALPNProtocols: protocolsOffered },
          onRequest,
        );
  server.maxConnections = connectionsMax;
  let closing = false;
  // Connections that were busy when the server closed are let go when they are not any more; Node would wait for their next request.
  server.on('request', (_request, response) => {
    response.once('close', () => {
      if (closing) setImmediate(() => server.closeIdleConnections());
    });
  });
  server.on('upgrade', options.onUpgrade);
  const undecided = serveByFirstBytes(server, options);
  const sockets = new Set<Socket>();
  const admits = admitByNetwork(connectionsPerClientMax);
  server.prependListener('connection', (socket: Socket) => {
    if (!admits(socket)) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const stopFollowing = tls?.onChange?.((context) =>
    (server as ReturnType<typeof createSecureServer>).setSecureContext(context),
  );
  const port = await listen(server, options);
  return {
    port,
    close: () => {
      closing = true;
      stopFollowing?.();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const letGo of [...undecided]) letGo();
      return closed;
    },
    endConnections: () => {
      for (const socket of sockets) socket.destroy();
      return sockets.size;
    },
  };
}

/** Who asks without end before anything was answered is let go: each of its requests would be begun at once. */
function boundWaiting(onRequest: RequestListener): RequestListener {
  const waiting = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    const before = waiting.get(socket) ?? 0;
    if (socket.destroyed || before >= httpRequestsWaitingMax) {
      socket.destroy();
      return;
    }
    waiting.set(socket, before + 1);
    response.once('close', () => waiting.set(socket, waiting.get(socket)! - 1));
    onRequest(request, response);
  };
}

/** Node's server goes on as ever with what is HTTP/1.1. */
function serveByFirstBytes(server: Server, { tls, onHttp2 }: PortOptions): ReadonlySet<() => void> {
  const event = tls === undefined ? 'connection' : 'secureConnection';
  const undecided = new Set<() => void>();
  const [serveHttp1, ...others] = server.listeners(event);
  if (serveHttp1 === undefined || others.length > 0)
    throw new Error(`this version of Node listens to ${event} otherwise`);
  server.removeAllListeners(event);
  server.on(event, (socket: Socket) => {
    if (tls?.admits?.(socket as TLSSocket) === false) {
      socket.destroy();
      return;
    }
    const letGo = tellProtocol(socket, (protocol) => {
      undecided.delete(letGo);
      if (protocol === 'http/1.1') serveHttp1.call(server, socket);
      else {
        // A server of HTTP/1.1 answers who has closed its side; a connection of HTTP/2 that is half closed has ended.
        socket.allowHalfOpen = false;
        onHttp2(socket);
      }
    });
    undecided.add(letGo);
    socket.once('close', () => undecided.delete(letGo));
  });
  return undecided;
}

async function listen(server: Server, { host, port }: PortOptions): Promise<number> {
  // As Go does: of a name with several addresses one, and IPv4 where it has both.
  const { address } = await lookup(host, { order: 'ipv4first' });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
