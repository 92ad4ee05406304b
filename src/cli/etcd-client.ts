/** Asking an etcd: single answers, and its snapshot as it comes. */
import { Client, Metadata, status as grpcStatus } from '@grpc/grpc-js';
import { AuthenticateRequest, AuthenticateResponse } from '../server/generated/etcdserverpb/auth.ts';
import { SnapshotRequest, SnapshotResponse } from '../server/generated/etcdserverpb/maintenance.ts';
import { notHere } from '../server/services/lead.ts';
import { CliError, exitCodes } from './cli-error.ts';
import type { EtcdEndpoint } from './etcd-endpoint.ts';
import { isServiceError } from './service-error.ts';

export interface EtcdClient {
  /** Rejects with a `ServiceError` of grpc-js. */
  call<Request, Response>(
    path: string,
    request: Encodes<Request>,
    response: Decodes<Response>,
    message: Request,
  ): Promise<Response>;
  snapshot(): AsyncIterable<SnapshotResponse>;
}

interface Encodes<Message> {
  encode(message: Message): { finish(): Uint8Array };
}
interface Decodes<Message> {
  decode(bytes: Uint8Array): Message;
}

const callTimeoutMs = 60_000;
/** A connection that is dead is noticed although nothing is sent on it. */
const keepAliveMs = 20_000;

export async function withEtcd<Result>(
  endpoint: EtcdEndpoint,
  signal: AbortSignal,
  use: (client: EtcdClient) => Promise<Result>,
): Promise<Result> {
  const client = new Client(endpoint.address, endpoint.credentials, {
    'grpc.max_receive_message_length': -1,
    'grpc.keepalive_time_ms': keepAliveMs,
  });
  const metadata = new Metadata();
  const onAbort = (): void => client.close();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const asking = createEtcdClient(client, metadata, signal);
    if (endpoint.user !== undefined) metadata.set('token', await tokenOf(asking, endpoint.user));
    return await use(asking);
  } catch (error) {
    signal.throwIfAborted();
    throw explained(error, endpoint);
  } finally {
    signal.removeEventListener('abort', onAbort);
    client.close();
  }
}

async function tokenOf(client: EtcdClient, user: NonNullable<EtcdEndpoint['user']>): Promise<string> {
  const path = '/etcdserverpb.Auth/Authenticate';
  return (await client.call(path, AuthenticateRequest, AuthenticateResponse, user)).token;
}

function createEtcdClient(client: Client, metadata: Metadata, signal: AbortSignal): EtcdClient {
  return {
    call: (path, request, response, message) =>
      new Promise((resolve, reject) => {
        const call = client.makeUnaryRequest(
          path,
          (asked: typeof message) => Buffer.from(request.encode(asked).finish()),
          (bytes: Buffer) => response.decode(bytes),
          message,
          metadata,
          { deadline: Date.now() + callTimeoutMs },
          (error, answer) => {
            signal.removeEventListener('abort', cancel);
            if (error !== null) reject(error);
            else if (answer === undefined) reject(new Error(`${path} answered nothing`));
            else resolve(answer);
          },
        );
        const cancel = (): void => call.cancel();
        signal.addEventListener('abort', cancel, { once: true });
      }),
    async *snapshot() {
      const call = client.makeServerStreamRequest(
        '/etcdserverpb.Maintenance/Snapshot',
        (request: SnapshotRequest) => Buffer.from(SnapshotRequest.encode(request).finish()),
        (bytes: Buffer) => SnapshotResponse.decode(bytes),
        {},
        metadata,
      );
      const cancel = (): void => call.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      try {
        yield* call as AsyncIterable<SnapshotResponse>;
      } finally {
        signal.removeEventListener('abort', cancel);
        call.cancel();
      }
    },
  };
}

/** Up to 3.5 it comes from the depths of some methods without its code. */
export function isDenied(error: unknown): boolean {
  if (!isServiceError(error)) return false;
  const { code, details } = error;
  return (
    code === grpcStatus.PERMISSION_DENIED || (code === grpcStatus.UNKNOWN && details === 'auth: permission denied')
  );
}

function explained(error: unknown, { url }: EtcdEndpoint): unknown {
  if (!isServiceError(error)) return error;
  const isTransport = error.code === grpcStatus.UNAVAILABLE || error.code === grpcStatus.DEADLINE_EXCEEDED;
  if (isTransport && !error.details.startsWith('etcdserver:') && error.details !== notHere.message) {
    const hint = 'is an etcd running there? https:// is for one with TLS';
    return new CliError(exitCodes.unreachable, `nobody answers on ${url}: ${error.details}`, hint, error);
  }
  const name = grpcStatus[error.code] ?? error.code;
  return new CliError(exitCodes.failed, `${url} answered ${name}: ${error.details}`, undefined, error);
}
