import type { Server } from '@grpc/grpc-js';
import type { RequestListener } from 'node:http';
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';

/**
 * The library's own HTTP/2 server. It is private, and the library has no hook for requests that are no gRPC, which it refuses, nor for
 * the connections' pings. What is done to it here is checked first, so that a new version cannot quietly undo it.
 */
export function http2ServerOf(server: Server): Http2Server {
  const { http2Servers } = server as unknown as { readonly http2Servers: unknown };
  if (http2Servers instanceof Map && http2Servers.size === 1) {
    const [http2] = http2Servers.keys() as Iterator<Http2Server, undefined> & Iterable<Http2Server>;
    if (typeof http2?.listeners === 'function') return http2;
  }
  throw new Error('this version of @grpc/grpc-js keeps its HTTP/2 server elsewhere');
}

type StreamListener = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw: string[]) => void;

export function handOverOtherRequests(http2: Http2Server, onRequest: RequestListener): void {
  // Node makes requests of streams once somebody wants them, in a listener of its own behind the library's. They look like those of
  // HTTP/1.1, which its types don't say.
  http2.on('request', onRequest as never);
  const [serveGrpc, serveOther, ...more] = http2.listeners('stream') as StreamListener[];
  if (serveGrpc === undefined || serveOther === undefined || more.length > 0) {
    throw new Error('this version of @grpc/grpc-js listens to HTTP/2 otherwise');
  }
  http2.removeAllListeners('stream');
  http2.on('stream', (stream, headers, flags, raw: string[]) => {
    const serve = isGrpc(headers) ? serveGrpc : serveOther;
    serve(stream, headers, flags, raw);
  });
}

/**
 * Of a session over a stream that is none of Node's own, the library sees Node's wrapper, which knows neither address nor certificate. It is shown
 * the socket below instead, for that alone.
 */
export function showSocketsBelow(http2: Http2Server, socketBelow: (stream: object) => Socket | undefined): void {
  http2.prependListener('session', (session) => {
    const { stream } = session.socket as unknown as { readonly stream?: object };
    const socket = stream === undefined ? undefined : socketBelow(stream);
    if (socket !== undefined) Object.defineProperty(session, 'socket', { value: socket });
  });
}

function isGrpc(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith('application/grpc') === true;
}
