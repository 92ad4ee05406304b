import { Server, ServerCredentials, setLogger } from '@grpc/grpc-js';
import type { Database } from '../../host/database.ts';
import { connectionStreamsMax, receiveBytesMax } from '../limits.ts';
import type { ServerLog } from '../log.ts';
import type { NodeFacts } from '../services/admin.ts';
import type { Method } from '../services/call.ts';
import { serverMethods } from '../services/methods.ts';
import { createCallCounter, type CallCounter } from './call-counts.ts';
import { duplexHandler, serverStopped, serverStreamHandler, type Serving, unaryHandler } from './calls.ts';
import { answerUnknownMethods } from './unknown-method.ts';
import { goWords } from './words.ts';

export interface GrpcServerOptions {
  readonly database: Database;
  /** `HOST:PORT` or `http://HOST:PORT`, one or more; port 0 lets the system pick. */
  readonly listen: readonly string[];
  readonly log: ServerLog;
  /** Undefined: T4's own service is not there. */
  readonly facts?: NodeFacts;
}

export interface GrpcServer {
  /** `HOST:PORT` of each listening socket, in the order of `listen`, with the real port. */
  readonly addresses: readonly string[];
  readonly calls: Pick<CallCounter, 'all'>;
  /** Takes no new calls, ends streams, lets unary calls finish for at most `graceMs`, then closes. Never rejects. */
  stop(graceMs: number): Promise<void>;
}

/** Rejects, and listens nowhere, when one of the addresses cannot be had. */
export async function startGrpcServer({ database, listen, log, facts }: GrpcServerOptions): Promise<GrpcServer> {
  routeLibraryLog(log);
  const server = new Server({
    'grpc.max_receive_message_length': receiveBytesMax,
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': connectionStreamsMax,
    'grpc.enable_channelz': 0,
    interceptors: [goWords],
  });
  const counter = createCallCounter();
  const serving: Serving = { log, streams: new Set(), counter };
  const methods = serverMethods(database, facts);
  for (const method of methods) register(server, method, serving);
  answerUnknownMethods(server, new Set(methods.map(({ path }) => path.service)));
  const addresses: string[] = [];
  try {
    for (const address of listen) addresses.push(await bind(server, address));
  } catch (error) {
    server.forceShutdown();
    throw error;
  }
  return { addresses, calls: counter, stop: (graceMs) => stop(server, addresses, serving, graceMs) };
}

/** The library tells what clients do wrong as errors, on stderr, for the whole process: of no concern to operators, and not as text. */
function routeLibraryLog(log: ServerLog): void {
  const tell = (...words: readonly unknown[]) => log.debug({ library: 'grpc' }, words.join(' '));
  setLogger({ error: tell, info: tell, debug: tell });
}

function register(server: Server, { kind, path, call }: Method, serving: Serving): void {
  const name = `/${path.service}/${path.method}`;
  const same = (bytes: Buffer) => bytes;
  if (kind === 'unary') server.register(name, unaryHandler(name, call, serving), same, same, 'unary');
  else if (kind === 'server-stream') {
    server.register(name, serverStreamHandler(name, call, serving), same, same, 'serverStream');
  } else server.register(name, duplexHandler(name, call, serving), same, same, 'bidi');
}

function bind(server: Server, listen: string): Promise<string> {
  const address = listen.replace(/^http:\/\//, '').replace(/\/$/, '');
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error !== null) reject(new Error(`cannot listen on ${listen}: ${error.message}`, { cause: error }));
      else resolve(address.replace(/:\d+$/, `:${port}`));
    });
  });
}

/** GOAWAY to every connection, then an end to what is left of them: `forceShutdown` of the library spares them. */
function stop(server: Server, addresses: readonly string[], { streams, log }: Serving, graceMs: number): Promise<void> {
  for (const stream of streams) stream.abort(serverStopped);
  for (const address of addresses) server.drain(address, graceMs);
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      log.warn({ graceMs }, 'calls were still under way at the end of the grace period: their connections are closed');
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
