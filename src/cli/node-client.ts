import { Client, credentials, type MethodDefinition } from '@grpc/grpc-js';

/** Calls to a node, for commands that ask one. */
export interface NodeClient {
  /** Rejects with a `ServiceError` of grpc-js. */
  call<Request, Response>(
    path: MethodDefinition<Request, Response>['path'],
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

export function connectNode(address: string): NodeClient {
  const client = new Client(address, credentials.createInsecure());
  return {
    call: (path, encoder, decoder, request, deadline, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const call = client.makeUnaryRequest(
          path,
          (message: typeof request) => Buffer.from(encoder.encode(message).finish()),
          (bytes: Buffer) => decoder.decode(bytes),
          request,
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
      }),
    close: () => client.close(),
  };
}
