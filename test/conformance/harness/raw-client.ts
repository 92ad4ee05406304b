import { Client, type ClientDuplexStream, credentials, Metadata } from '@grpc/grpc-js';
import type { MethodDefinition, ServiceDefinition } from '../../../src/server/services/service.ts';

export type RequestOf<M extends MethodDefinition> = ReturnType<M['requestType']['decode']>;
export type ResponseOf<M extends MethodDefinition> = ReturnType<M['responseType']['decode']>;

/** Calls as a tool like grpcurl makes them: one method, one message, whatever is in it. Nothing is retried. */
export interface RawClient {
  readonly address: string;
  call<D extends ServiceDefinition, N extends keyof D['methods'] & string>(
    service: D,
    method: N,
    request: RequestOf<D['methods'][N]>,
    options?: CallOptions,
  ): Promise<ResponseOf<D['methods'][N]>>;
  /** A call that the client may give up. */
  start<D extends ServiceDefinition, N extends keyof D['methods'] & string>(
    service: D,
    method: N,
    request: RequestOf<D['methods'][N]>,
  ): StartedCall<ResponseOf<D['methods'][N]>>;
  /** Any bytes to any path. */
  callBytes(path: string, request: Uint8Array, options?: CallOptions): Promise<Uint8Array>;
  open<D extends ServiceDefinition, N extends keyof D['methods'] & string>(
    service: D,
    method: N,
    metadata?: CallOptions['metadata'],
  ): ClientDuplexStream<RequestOf<D['methods'][N]>, ResponseOf<D['methods'][N]>>;
  openBytes(path: string): ClientDuplexStream<Uint8Array, Uint8Array>;
  close(): void;
}

export interface StartedCall<Response> {
  readonly answer: Promise<Response>;
  cancel(): void;
}

export interface CallOptions {
  readonly deadlineMs?: number;
  readonly metadata?: Readonly<Record<string, string | Buffer>>;
}

/** Nothing that is asked here takes as long; a call that does is told as such. */
const deadlineMsDefault = 20_000;

export function connectRaw(address: string): RawClient {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
  });
  const callBytes: RawClient['callBytes'] = (path, request, options = {}) => {
    const metadata = metadataOf(options.metadata);
    const deadline = Date.now() + (options.deadlineMs ?? deadlineMsDefault);
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, bufferOf, same, request, metadata, { deadline }, (error, response) => {
        if (error === null) resolve(response ?? Buffer.alloc(0));
        else reject(error);
      });
    });
  };
  return {
    address,
    callBytes,
    call: async (service, method, request, options) => {
      const { requestType, responseType } = methodOf(service, method);
      const bytes = requestType.encode(request).finish();
      return responseType.decode(await callBytes(pathOf(service, method), bytes, options)) as never;
    },
    start: (service, method, request) => {
      const { requestType, responseType } = methodOf(service, method);
      const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
      const call = client.makeUnaryRequest(
        pathOf(service, method),
        bufferOf,
        same,
        requestType.encode(request).finish(),
        (error, response) => (error === null ? resolve(response ?? Buffer.alloc(0)) : reject(error)),
      );
      const answer = promise.then((bytes) => responseType.decode(bytes) as never);
      answer.catch(() => undefined);
      return { answer, cancel: () => call.cancel() };
    },
    open: (service, method, metadata) => {
      const { requestType, responseType } = methodOf(service, method);
      return quiet(
        client.makeBidiStreamRequest(
          pathOf(service, method),
          (request: unknown) => bufferOf(requestType.encode(request).finish()),
          (bytes) => responseType.decode(bytes) as unknown,
          metadataOf(metadata),
        ),
      ) as never;
    },
    openBytes: (path) => quiet(client.makeBidiStreamRequest<Uint8Array, Uint8Array>(path, bufferOf, same)),
    close: () => client.close(),
  };
}

function metadataOf(fields: CallOptions['metadata'] = {}): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(fields)) metadata.set(name, value);
  return metadata;
}

export function methodOf(service: ServiceDefinition, method: string): MethodDefinition {
  const definition = service.methods[method];
  if (definition === undefined) throw new Error(`${service.fullName} has no ${method}`);
  return definition;
}

export function pathOf(service: ServiceDefinition, method: string): string {
  return `/${service.fullName}/${methodOf(service, method).name}`;
}

/** How a stream ends is read from its status. */
function quiet<Request, Response>(
  stream: ClientDuplexStream<Request, Response>,
): ClientDuplexStream<Request, Response> {
  stream.on('error', () => undefined);
  return stream;
}

function same(bytes: Buffer): Buffer {
  return bytes;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
