import type { DescMethod } from '@bufbuild/protobuf';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DatabaseError } from '../../host/database.ts';
import type { Serving } from '../grpc/calls.ts';
import { requestsOf } from '../grpc/requests.ts';
import { createResponses } from '../grpc/responses.ts';
import { httpBodyTimeoutMs, unreadLingerMs } from '../limits.ts';
import type { CallContext, Method, ResponseStream, UnaryCall } from '../services/call.ts';
import { createCollectedBytes } from './collected-bytes.ts';
import { clientErrorOf, errorBodyOf, httpStatusOf, streamErrorOf } from './gateway-error.ts';
import { deadlineExceeded } from './grpc-timeout.ts';
import { jsonBytesMaxOf, jsonObjects, tooLarge } from './json-values.ts';
import { jsonOf, messageBytesOf } from './json-message.ts';

/** One call over HTTP, from its body to its answer. */
export interface GatewayCall {
  readonly path: string;
  readonly types: DescMethod;
  readonly context: CallContext;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Of a message as it would come over gRPC. */
  readonly messageBytesMax: number;
  /** The client has left. */
  isGone(): boolean;
}

type StreamMethod = Exclude<Method, { readonly kind: 'unary' }>;

const headers = { 'content-type': 'application/json', 'grpc-metadata-content-type': 'application/grpc' };

export async function answerUnary(call: GatewayCall, method: UnaryCall, { log }: Serving): Promise<void> {
  const { path, types, context, response } = call;
  try {
    const answer = await method(await onlyRequestOf(call), context);
    const body = JSON.stringify(jsonOf(answer, types.output));
    response.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(body);
  } catch (error) {
    const given = clientErrorOf(reasonOf(error, context), path, log);
    if (call.isGone()) return;
    response.statusCode = httpStatusOf(given.status);
    response.setHeader('content-type', 'application/json');
    end(call, errorBodyOf(given));
  }
}

/** Every message is a line, sent when it is there. The status is told with the first one; what goes wrong later is a line of its own. */
export async function answerStream(call: GatewayCall, method: StreamMethod, serving: Serving): Promise<void> {
  const { path, context, response } = call;
  try {
    const responses = linesOf(call);
    if (method.kind === 'duplex') await method.call(requestsOfBody(call), context, responses);
    else await method.call(await onlyRequestOf(call), context, responses);
    end(call);
  } catch (error) {
    const given = clientErrorOf(reasonOf(error, context), path, serving.log);
    if (call.isGone()) return;
    if (!response.headersSent) {
      response.statusCode = httpStatusOf(given.status);
      response.setHeader('content-type', 'application/json');
    }
    end(call, `${streamErrorOf(given)}\n`);
  }
}

/** Why the call was ended, where it was. */
function reasonOf(error: unknown, { signal }: CallContext): unknown {
  const { reason } = signal as { readonly reason: unknown };
  return reason instanceof DatabaseError ? reason : error;
}

function linesOf({ types, context, response }: GatewayCall): ResponseStream<Uint8Array> {
  const lines = createResponses(response, context.signal);
  return {
    write: (message, taken) => {
      if (!response.headersSent) response.writeHead(200, headers);
      return lines.write(Buffer.from(`${JSON.stringify({ result: jsonOf(message, types.output) })}\n`), taken);
    },
    room: () => lines.room(),
  };
}

async function* requestsOfBody(call: GatewayCall): AsyncIterable<Uint8Array> {
  const { types, context, request, messageBytesMax } = call;
  const bytes = requestsOf(request, context.signal);
  for await (const json of jsonObjects(bytes, jsonBytesMaxOf(messageBytesMax))) {
    yield messageBytesOf(json, types.input, messageBytesMax);
  }
}

/** Without a body it is a message with nothing in it; what follows the first object is nobody's business. */
async function onlyRequestOf(call: GatewayCall): Promise<Uint8Array> {
  const { types, messageBytesMax } = call;
  const bytesMax = jsonBytesMaxOf(messageBytesMax);
  const body = await bodyOf(call, bytesMax);
  for await (const json of jsonObjects([body], bytesMax)) return messageBytesOf(json, types.input, messageBytesMax);
  return new Uint8Array(0);
}

async function bodyOf({ context, request }: GatewayCall, bytesMax: number): Promise<Uint8Array> {
  const late = AbortSignal.timeout(httpBodyTimeoutMs);
  const body = createCollectedBytes();
  try {
    for await (const bytes of requestsOf(request, AbortSignal.any([context.signal, late]))) {
      body.add(bytes);
      if (body.length > bytesMax) throw tooLarge(body.length, bytesMax);
    }
  } catch (error) {
    if (!late.aborted) throw error;
    throw new DatabaseError(deadlineExceeded);
  }
  return body.take();
}

/**
 * A client that is still sending gets its answer at once, and a moment in which what it sends is thrown away: closing a connection with bytes
 * in it takes back what the client has not read yet. Over HTTP/2 the stream ends alone.
 */
function end({ request, response }: GatewayCall, body = ''): void {
  if (request.complete || request.httpVersionMajor !== 1) {
    response.end(body);
    return;
  }
  if (!response.headersSent) {
    response.setHeader('connection', 'close');
    response.setHeader('content-length', Buffer.byteLength(body));
  }
  response.write(body);
  request.removeAllListeners('data').resume();
  const close = () => {
    clearTimeout(timer);
    if (!response.writableEnded) response.end(() => request.destroy());
  };
  const timer = setTimeout(close, unreadLingerMs);
  request.once('end', close).once('close', close);
}
