import type { Database } from '../host/database.ts';
import { authDefaults, type AuthSettings, createAuthenticator } from './auth/authenticator.ts';
import { clientErrors } from '../core/types/error.ts';
import { DatabaseError } from '../host/database.ts';
import { boundRequests } from './bounded-database.ts';
import { countCalls } from './call-counts.ts';
import type { Serving } from './grpc/calls.ts';
import { createGateway } from './gateway/gateway.ts';
import { createWebSockets, isWebSocket } from './gateway/websocket.ts';
import { createGrpcTransport } from './grpc/transport.ts';
import { accessDefaults, type AccessOptions } from './http/access.ts';
import { createHandler } from './http/handler.ts';
import { nodeRoutes, type Routes } from './http/node-routes.ts';
import { clientLimitsDefault, type ClientLimits } from './limits.ts';
import type { ServerLog } from './log.ts';
import { openPort, type Port, type PortTls } from './port/port.ts';
import type { NodeFacts } from './services/admin.ts';
import { serverMethods } from './services/methods.ts';

/**
 * What clients reach: etcd's services over gRPC, and HTTP, on the same ports. Both transports work on one table of methods, so that neither
 * has a way around the checks in it.
 */
export interface ServerOptions {
  readonly database: Database;
  /** `HOST:PORT`, `http://HOST:PORT` or `https://HOST:PORT`, one or more; port 0 lets the system pick. */
  readonly listen: readonly string[];
  /** For every address that does not say `http://`. Undefined: none is secure. */
  readonly tls?: PortTls;
  /** Who is who, where users are told apart. */
  readonly auth?: AuthSettings;
  /** Who may use HTTP. Without it: no page of a browser, and by any name. */
  readonly access?: AccessOptions;
  /** Where nothing is said, etcd's defaults. */
  readonly limits?: Partial<ClientLimits>;
  readonly log: ServerLog;
  /** Undefined: T4's own service is not there, and neither are metrics. */
  readonly facts?: NodeFacts;
}

export interface ClientServer {
  /** `HOST:PORT` of each listening socket, in the order of `listen`, with the real port. */
  readonly addresses: readonly string[];
  /** What it tells over HTTP beside the gateway: health, version, metrics. */
  readonly routes: Routes;
  /** Tokens that only this process knows are void from now on. */
  forgetTokens(): void;
  /** Takes no new calls, ends streams, lets unary calls finish for at most `graceMs`, then closes. Never rejects. */
  stop(graceMs: number): Promise<void>;
}

/** Rejects, and listens nowhere, when one of the addresses cannot be had. */
export async function startServer(options: ServerOptions): Promise<ClientServer> {
  const { database, listen, tls, auth = authDefaults, access = accessDefaults, log, facts } = options;
  const limits = { ...clientLimitsDefault, ...options.limits };
  const authenticator = createAuthenticator(database, auth, log);
  const streams = new Set<AbortController>();
  const stopping = new AbortController();
  const { methods, counts } = countCalls(
    serverMethods(boundRequests(database, limits.requestsMax), authenticator, limits, facts),
  );
  const serving: Serving = { log, streams, stopping: stopping.signal };
  const gateway = createGateway({ ...serving, methods, limits });
  const routes = nodeRoutes(database, facts, counts);
  const onRequest = createHandler({ route: routes, gateway, access, log });
  const onUpgrade = createWebSockets({ ...serving, methods, limits, methodAt: gateway.methodAt, access });
  const grpc = createGrpcTransport({ ...serving, methods, limits, onOtherRequest: onRequest });
  const ports: Port[] = [];
  const addresses: string[] = [];

  async function stop(graceMs: number): Promise<void> {
    stopping.abort(serverStopped);
    for (const stream of streams) stream.abort(serverStopped);
    grpc.stop(graceMs);
    const ended = ports.map((port) => port.close());
    const timer = setTimeout(() => {
      const connections = ports.reduce((sum, port) => sum + port.endConnections(), 0);
      if (connections === 0) return;
      const words = 'calls were still under way at the end of the grace period: their connections are closed';
      log.warn({ graceMs, connections }, words);
    }, graceMs);
    await Promise.all(ended);
    clearTimeout(timer);
    await authenticator.close();
  }

  try {
    for (const given of listen) {
      const { host, port, isSecure } = addressOf(given, tls !== undefined);
      const opened = await openPort({
        host,
        port,
        tls: isSecure ? tls : undefined,
        connectionsMax: limits.connectionsMax,
        connectionsPerClientMax: limits.connectionsPerClientMax,
        onHttp2: (socket) => grpc.accept(socket),
        onRequest,
        onUpgrade,
        isUpgrade: isWebSocket,
      }).catch((error: Error) => {
        throw new Error(`cannot listen on ${given}: ${error.message}`, { cause: error });
      });
      ports.push(opened);
      addresses.push(`${host.includes(':') ? `[${host}]` : host}:${opened.port}`);
    }
  } catch (error) {
    await stop(0);
    throw error;
  }
  return { addresses, routes, forgetTokens: () => authenticator.forgetTokens(), stop };
}

const serverStopped = new DatabaseError(clientErrors.stopped);

function addressOf(given: string, hasTls: boolean) {
  const match = /^(?:(https?):\/\/)?(?:\[([0-9a-fA-F:.]+)\]|([^/:[\]]+)):(\d{1,5})\/?$/.exec(given);
  if (match === null) throw new Error(`${given} is no address to listen on: HOST:PORT is wanted`);
  const [, scheme, address, name = '', port] = match;
  if (scheme === 'https' && !hasTls) throw new Error(`${given} needs a certificate`);
  return { host: address ?? name, port: Number(port), isSecure: hasTls && scheme !== 'http' };
}
