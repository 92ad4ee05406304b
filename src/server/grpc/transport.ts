import { Server, ServerCredentials, setLogger } from '@grpc/grpc-js';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { type ClientLimits, receiveBytesMaxOf } from '../limits.ts';
import type { ServerLog } from '../log.ts';
import type { Method } from '../services/call.ts';
import { duplexHandler, serverStreamHandler, type Serving, unaryHandler } from './calls.ts';
import { lookAtFirstCall, socketBelow } from './first-call.ts';
import { handOverOtherRequests, http2ServerOf, showSocketsBelow } from './http2-server.ts';
import { limitPings } from './pings.ts';
import { replaceStreamTables } from './stream-table.ts';
import { answerUnknownMethods } from './unknown-method.ts';
import { goWords } from './words.ts';

export interface GrpcTransport {
  /** A connection that begins with HTTP/2's preface. */
  accept(socket: Socket): void;
  /** GOAWAY to every connection; whatever is left of them after `graceMs` is cut off. They have all ended when their sockets have. */
  stop(graceMs: number): void;
}

export interface GrpcTransportOptions extends Serving {
  readonly methods: readonly Method[];
  readonly limits: ClientLimits;
  /** Requests over HTTP/2 that are no gRPC. */
  readonly onOtherRequest: RequestListener;
}

/** Streams have numbers of 31 bits. */
const streamsMax = 2_147_483_647;

/** Node's timers bear no more, and take what is longer for nothing. */
const timerMsMax = 2_147_483_647;

export function createGrpcTransport(options: GrpcTransportOptions): GrpcTransport {
  const { limits } = options;
  routeLibraryLog(options.log);
  const server = new Server({
    'grpc.max_receive_message_length': receiveBytesMaxOf(limits),
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': Math.min(limits.connectionStreamsMax, streamsMax),
    'grpc.keepalive_time_ms': Math.min(limits.keepaliveIntervalMs, timerMsMax),
    'grpc.keepalive_timeout_ms': limits.keepaliveTimeoutMs,
    'grpc.enable_channelz': 0,
    interceptors: [goWords],
  });
  for (const method of options.methods) register(server, method, options);
  answerUnknownMethods(server, new Set(options.methods.map(({ path }) => path.service)));
  // TLS is the port's: what comes here is plain already.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const http2 = http2ServerOf(server);
  showSocketsBelow(http2, socketBelow);
  handOverOtherRequests(http2, options.onOtherRequest);
  limitPings(http2, limits.pingIntervalMinMs);
  replaceStreamTables(http2);
  const undecided = new Set<() => void>();
  return {
    accept: (socket) => {
      const look = lookAtFirstCall(socket, Math.min(limits.connectionStreamsMax, streamsMax));
      undecided.add(look.end);
      void look.decided.then((connection) => {
        undecided.delete(look.end);
        if (connection !== undefined) injector.injectConnection(connection);
      });
    },
    stop: (graceMs) => {
      for (const end of [...undecided]) end();
      injector.drain(graceMs);
      // It says when it is done, but never does when a connection is just ending: nobody waits for that.
      server.tryShutdown(() => undefined);
    },
  };
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
