import { Client, Metadata, status as grpcStatus } from '@grpc/grpc-js';
import { AuthenticateRequest, AuthenticateResponse } from '../server/generated/etcdserverpb/auth.ts';
import type { EtcdEndpoint } from './etcd-endpoint.ts';
import { isServiceError } from './service-error.ts';

/** Calls to a node, for commands that ask one; as a user, where one is named. */
export interface NodeClient {
  /** Rejects with a `ServiceError` of grpc-js. */
  call<Request, Response>(
    path: string,
    encoder: Encoder<Request>,
    decoder: Decoder<Response>,
    request: Request,
    deadline: number,
    signal?: AbortSignal,
  ): Promise<Response>;
  close(): void;
}

interface Encoder<Message> {
  encode(message: Message): { finish(): Uint8Array };
}
interface Decoder<Message> {
  decode(bytes: Uint8Array): Message;
}

export function connectNode({ address, credentials, user }: EtcdEndpoint): NodeClient {
  const client = new Client(address, credentials);
  const anonymous = new Metadata();
  let identified: Promise<Metadata> | undefined;

  function send<Request, Response>(
    metadata: Metadata,
    [path, encoder, decoder, request, deadline, signal]: Parameters<typeof callAs<Request, Response>>,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const call = client.makeUnaryRequest(
        path,
        (message: Request) => Buffer.from(encoder.encode(message).finish()),
        (bytes: Buffer) => decoder.decode(bytes),
        request,
        metadata,
        { deadline },
        (error, response) => {
          signal?.removeEventListener('abort', cancel);
          if (error !== null) reject(error);
          else if (response === undefined) reject(new Error(`${path} answered nothing`));
          else resolve(response);
        },
      );
      const cancel = (): void => call.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  async function logIn(deadline: number): Promise<Metadata> {
    if (user === undefined) return anonymous;
    const path = '/etcdserverpb.Auth/Authenticate';
    const { token } = await send(anonymous, [path, AuthenticateRequest, AuthenticateResponse, user, deadline]);
    const metadata = new Metadata();
    metadata.set('token', token);
    return metadata;
  }

  async function callAs<Request, Response>(
    path: string,
    encoder: Encoder<Request>,
    decoder: Decoder<Response>,
    request: Request,
    deadline: number,
    signal?: AbortSignal,
  ): Promise<Response> {
    const asked = [path, encoder, decoder, request, deadline, signal] as const;
    identified ??= logIn(deadline);
    try {
      return await send(await identified, [...asked]);
    } catch (error) {
      // A token is good for minutes alone.
      const isOver = user !== undefined && isServiceError(error) && error.code === grpcStatus.UNAUTHENTICATED;
      if (!isOver) throw error;
      identified = logIn(deadline);
      return send(await identified, [...asked]);
    }
  }

  return { call: callAs, close: () => client.close() };
}
