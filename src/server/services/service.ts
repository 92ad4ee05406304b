import type { ClientError } from '../../core/types/error.ts';
import { DatabaseError } from '../../host/database.ts';
import { decodeWith, encodeWith, type MessageCodec } from '../wire/codec.ts';
import { admit } from './admission.ts';
import type { CallContext, Method, MethodPath, ResponseStream } from './call.ts';
import type { Node } from './node.ts';

/**
 * From a service's definition, as generated from its .proto file, and the methods that are there to the methods that a
 * transport registers. Every declared method is in the result: those without a handler answer Unimplemented.
 */
export interface ServiceDefinition {
  readonly fullName: string;
  readonly methods: Readonly<Record<string, MethodDefinition>>;
}

export interface MethodDefinition {
  readonly name: string;
  // Variance of a codec is checked where handlers are typed, not here.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly requestType: MessageCodec<any>;
  readonly requestStream: boolean;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly responseType: MessageCodec<any>;
  readonly responseStream: boolean;
}

type RequestOf<M extends MethodDefinition> = ReturnType<M['requestType']['decode']>;
type ResponseOf<M extends MethodDefinition> = ReturnType<M['responseType']['decode']>;

/** `requestBytes`: length of the request as it came. An answer in bytes is encoded already. */
export type UnaryHandler<Request, Response> = (
  request: Request,
  context: CallContext,
  requestBytes: number,
) => Promise<Response | Uint8Array>;

export type ServerStreamHandler<Request, Response> = (
  request: Request,
  context: CallContext,
  responses: ResponseStream<Response>,
) => Promise<void>;

export type DuplexHandler<Request, Response> = (
  requests: AsyncIterable<Request>,
  context: CallContext,
  responses: ResponseStream<Response>,
) => Promise<void>;

export type Handler<M extends MethodDefinition> = M extends { requestStream: true; responseStream: true }
  ? DuplexHandler<RequestOf<M>, ResponseOf<M>>
  : M extends { responseStream: true }
    ? ServerStreamHandler<RequestOf<M>, ResponseOf<M>>
    : UnaryHandler<RequestOf<M>, ResponseOf<M>>;

export type Handlers<Definition extends ServiceDefinition> = {
  readonly [Name in keyof Definition['methods']]?: Handler<Definition['methods'][Name]>;
};

export function methodsOf<Definition extends ServiceDefinition>(
  node: Node,
  definition: Definition,
  handlers: Handlers<Definition>,
): readonly Method[] {
  const byName = handlers as Readonly<Record<string, unknown>>;
  return Object.entries(definition.methods).map(([name, method]) =>
    methodOf(node, { service: definition.fullName, method: method.name }, method, byName[name]),
  );
}

function methodOf(node: Node, path: MethodPath, definition: MethodDefinition, handler: unknown): Method {
  const { requestType, responseType } = definition;
  if (definition.requestStream) {
    const handle = (handler ?? unimplemented(path)) as DuplexHandler<unknown, unknown>;
    return {
      kind: 'duplex',
      path,
      call: async (requests, context, responses) => {
        await admit(node, path, context);
        await handle(decoded(requestType, requests), context, encoding(responseType, responses));
      },
    };
  }
  if (definition.responseStream) {
    const handle = (handler ?? unimplemented(path)) as ServerStreamHandler<unknown, unknown>;
    return {
      kind: 'server-stream',
      path,
      call: async (request, context, responses) => {
        await admit(node, path, context);
        await handle(decodeWith(requestType, request), context, encoding(responseType, responses));
      },
    };
  }
  const handle = (handler ?? unimplemented(path)) as UnaryHandler<unknown, unknown>;
  return {
    kind: 'unary',
    path,
    call: async (request, context) => {
      const admission = admit(node, path, context);
      if (admission !== undefined) await admission;
      const response = await handle(decodeWith(requestType, request), context, request.length);
      return response instanceof Uint8Array ? response : encodeWith(responseType, response);
    },
  };
}

async function* decoded<Request>(codec: MessageCodec<Request>, requests: AsyncIterable<Uint8Array>) {
  for await (const request of requests) yield decodeWith(codec, request);
}

function encoding<Response>(
  codec: MessageCodec<Response>,
  responses: ResponseStream<Uint8Array>,
): ResponseStream<Response> {
  return {
    write: (response, taken) => responses.write(encodeWith(codec, response), taken),
    room: () => responses.room(),
  };
}

/** In gRPC's own words, so that clients and people read what they read elsewhere. */
function unimplemented(path: MethodPath): () => Promise<never> {
  const error: ClientError = { status: 'Unimplemented', message: `method ${path.method} not implemented` };
  return () => Promise.reject(new DatabaseError(error));
}
