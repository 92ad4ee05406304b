import { EventEmitter } from 'node:events';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { DatabaseError } from '../../host/database.ts';
import type { Serving } from '../grpc/calls.ts';
import { requestsOf } from '../grpc/requests.ts';
import { createResponses } from '../grpc/responses.ts';
import { textType } from '../http/answer.ts';
import { targetOf } from '../http/target.ts';
import { type AccessOptions, refusalOf } from '../http/access.ts';
import { receiveBytesMaxOf, webSocketBufferBytes } from '../limits.ts';
import type { Method } from '../services/call.ts';
import { canceled, contextOf, type GatewayOptions, typesOf } from './gateway.ts';
import { clientErrorOf, errorBodyOf, streamErrorOf } from './gateway-error.ts';
import { jsonOf, messageBytesOf } from './json-message.ts';
import { jsonBytesMaxOf, jsonObjects } from './json-values.ts';

/**
 * The gateway over websockets, as etcd has it: what comes in are the objects of a body, and every line of the answer is a message of its own.
 * A browser cannot set headers, so the token may come as the subprotocol: `Bearer, TOKEN`.
 */
export interface WebSocketOptions extends GatewayOptions {
  readonly methodAt: (path: string) => Method | undefined;
  readonly access: AccessOptions;
}

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export function isWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

export function createWebSockets(options: WebSocketOptions): Upgrade {
  const bytesMax = jsonBytesMaxOf(receiveBytesMaxOf(options.limits));
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: bytesMax,
    handleProtocols: (protocols) => (protocols.has('Bearer') ? 'Bearer' : false),
  });
  return (request, socket, head) => {
    socket.on('error', () => undefined);
    // Older versions of Node bring every other upgrade here too.
    if (!isWebSocket(request)) return refuse(socket, badRequest, 'this server upgrades to websockets alone\n');
    const refusal = refusalOf(request, options.access);
    if (refusal !== undefined) return refuse(socket, refusal.status, refusal.words);
    const target = targetOf(request);
    const method = target?.elsewhere() === undefined ? options.methodAt(target?.path ?? '') : undefined;
    if (method === undefined) return refuse(socket, notFound, 'Not Found\n');
    server.handleUpgrade(request, socket, head, (webSocket) => {
      converse(webSocket, request, method, options).catch((error: unknown) =>
        options.log.error({ error, path: request.url }, 'an answer could not be given to the transport'),
      );
    });
  };
}

const badRequest = 400;
const notFound = 404;

async function converse(
  webSocket: WebSocket,
  request: IncomingMessage,
  method: Method,
  options: WebSocketOptions,
): Promise<void> {
  const controller = new AbortController();
  let gone = false;
  webSocket.on('error', () => undefined);
  webSocket.on('close', () => {
    gone = true;
    controller.abort(canceled);
  });
  options.streams.add(controller);
  try {
    await call(webSocket, tokenOf(request), method, controller.signal, options);
    webSocket.close();
  } catch (error) {
    if (gone) return;
    const { reason } = controller.signal as { readonly reason: unknown };
    const path = `/${method.path.service}/${method.path.method}`;
    const given = clientErrorOf(reason instanceof DatabaseError ? reason : error, path, options.log);
    webSocket.send(method.kind === 'unary' ? errorBodyOf(given) : streamErrorOf(given));
    webSocket.close();
  } finally {
    options.streams.delete(controller);
    // A client that does not close its side is cut off.
    setTimeout(() => webSocket.terminate(), webSocketCloseMs).unref();
  }
}

const webSocketCloseMs = 5_000;

async function call(
  webSocket: WebSocket,
  request: IncomingMessage,
  method: Method,
  signal: AbortSignal,
  { stopping, limits }: Serving & GatewayOptions,
): Promise<void> {
  const types = typesOf(method);
  const context = contextOf(request, signal, stopping);
  const messageBytesMax = receiveBytesMaxOf(limits);
  const requests = messagesOf(
    webSocket,
    signal,
    (json) => messageBytesOf(json, types.input, messageBytesMax),
    messageBytesMax,
  );
  const lines = createResponses(outgoing(webSocket), signal);
  const responses = {
    write: (message: Uint8Array, taken?: () => void) =>
      lines.write(Buffer.from(JSON.stringify({ result: jsonOf(message, types.output) })), taken),
    room: () => lines.room(),
  };
  if (method.kind === 'duplex') return method.call(requests, context, responses);
  const first = await firstOf(requests);
  if (method.kind === 'server-stream') return method.call(first, context, responses);
  webSocket.send(JSON.stringify(jsonOf(await method.call(first, context), types.output)));
}

async function* messagesOf(
  webSocket: WebSocket,
  signal: AbortSignal,
  encode: (json: string) => Uint8Array,
  messageBytesMax: number,
): AsyncIterable<Uint8Array> {
  const incoming = {
    on: (event: 'data' | 'end', listener: (message: Buffer) => void) =>
      event === 'data'
        ? webSocket.on('message', (data) => listener(data as Buffer))
        : webSocket.on('close', () => listener(Buffer.alloc(0))),
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
  };
  for await (const json of jsonObjects(requestsOf(incoming, signal), jsonBytesMaxOf(messageBytesMax))) {
    yield encode(json);
  }
}

async function firstOf(requests: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  for await (const request of requests) return request;
  return new Uint8Array(0);
}

/** A message counts as taken when the socket has it: a client that does not read holds it back. */
function outgoing(webSocket: WebSocket) {
  const hasRoom = () => webSocket.bufferedAmount < webSocketBufferBytes;
  return Object.assign(new EventEmitter(), {
    write(this: EventEmitter, message: Buffer, written: (error?: Error | null) => void): boolean {
      webSocket.send(message, { binary: false }, (error) => {
        written(error);
        if (hasRoom()) this.emit('drain');
      });
      return hasRoom();
    },
  });
}

function tokenOf(request: IncomingMessage): IncomingMessage {
  const token = /^Bearer, *(\S+)$/.exec(request.headers['sec-websocket-protocol'] ?? '')?.[1];
  if (token !== undefined) request.headers.authorization = token;
  return request;
}

function refuse(socket: Duplex, status: number, words: string): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${textType}`,
    `content-length: ${Buffer.byteLength(words)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${words}`);
}
