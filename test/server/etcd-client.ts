import {
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { load } from '@grpc/proto-loader';

/** A bare client made of the definitions that an etcd client package carries, not of ours. Numbers of 64 bits are texts. */
export interface EtcdClient {
  readonly client: Client;
  call(method: string, request: object, options?: CallOptions): Promise<Answer>;
  duplex(method: string, options?: CallOptions): ClientDuplexStream<object, Answer>;
  method(method: string): MethodDefinition<object, Answer>;
  close(): void;
}

export interface CallOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
}

// Whatever the definitions say; tests compare it with literals.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Answer = any;

const definitions = load('rpc.proto', {
  includeDirs: ['node_modules/etcd3/proto'],
  keepCase: true,
  longs: String,
  enums: Number,
  arrays: true,
  objects: false,
});

export async function connect(address: string): Promise<EtcdClient> {
  const services = await definitions;
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
  });
  const methodOf = (name: string): MethodDefinition<object, Answer> => {
    const [service = '', method = ''] = name.split('/');
    const definition = (services[`etcdserverpb.${service}`] as ServiceDefinition | undefined)?.[method];
    if (definition === undefined) throw new Error(`the client knows no ${name}`);
    return definition;
  };
  return {
    client,
    call: (name, request, options) => {
      const { path, requestSerialize, responseDeserialize } = methodOf(name);
      return callRaw(client, path, requestSerialize(request), options).then(responseDeserialize);
    },
    duplex: (name, options = {}) => {
      const { path, requestSerialize, responseDeserialize } = methodOf(name);
      const { metadata, deadline } = grpcOptions(options);
      const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata, deadline);
      stream.on('error', () => {});
      return stream;
    },
    method: methodOf,
    close: () => client.close(),
  };
}

/** Bytes to any path; rejects with the status as a `ServiceError`. */
export function callRaw(client: Client, path: string, request: Buffer, options: CallOptions = {}): Promise<Buffer> {
  const same = (bytes: Buffer) => bytes;
  const { metadata, deadline } = grpcOptions(options);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, same, same, request, metadata, deadline, (error, response) => {
      if (error === null) resolve(response ?? Buffer.alloc(0));
      else reject(error);
    });
  });
}

function grpcOptions({ metadata: entries = {}, deadlineMs }: CallOptions) {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(entries)) metadata.set(name, value);
  return { metadata, deadline: deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs } };
}

/** Code and words of the status that a call ends with. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { code, details } = error as ServiceError;
    return `${code} ${details}`;
  }
  throw new Error('the call succeeded');
}

/** The next `count` messages of a stream; rejects with the status when it ends first. */
export function messages(stream: ClientDuplexStream<object, Answer>, count: number): Promise<Answer[]> {
  const received: Answer[] = [];
  return new Promise((resolve, reject) => {
    const onData = (message: Answer) => {
      received.push(message);
      if (received.length === count) settle(() => resolve(received));
    };
    const onError = (error: Error) => settle(() => reject(error));
    const onEnd = () => settle(() => reject(new Error(`ended after ${received.length} messages`)));
    const settle = (done: () => void) => {
      stream.off('data', onData).off('error', onError).off('end', onEnd);
      stream.pause();
      done();
    };
    stream.on('data', onData).on('error', onError).on('end', onEnd);
    stream.resume();
  });
}

/** How a stream ends. */
export function ended(stream: ClientDuplexStream<object, Answer>): Promise<string> {
  stream.resume();
  return new Promise((resolve) => {
    stream.on('status', ({ code, details }: ServiceError) => resolve(`${code} ${details}`));
  });
}

/** Resolves once `condition` holds: what another side does in its own time. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}
