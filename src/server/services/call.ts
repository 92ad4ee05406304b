/**
 * A call as services see it, whatever carries it. A transport hands over encoded messages, takes encoded messages back and turns
 * a rejection into the transport's status: `DatabaseError` says which; anything else is a bug of ours.
 */
export interface CallContext {
  /** Aborted when nobody waits for the answer any more. Its reason, where the server ended the call, is a `DatabaseError`. */
  readonly signal: AbortSignal;
  /** Aborted when the server begins to stop: a call that waits for other clients ends then. Its reason is a `DatabaseError`. */
  readonly stopping: AbortSignal;
  /** First value of a metadata entry; names are lower case. */
  metadata(name: string): string | undefined;
  peer(): Peer;
}

/** Who is at the other end of the connection. */
export interface Peer {
  /** `ADDRESS:PORT`, for logs and for counting by address. */
  readonly address: string;
  /**
   * Common name of the client's certificate, where one was asked for and found good. Of gRPC alone: for the gateway no certificate stands
   * for a user, as in etcd.
   */
  readonly certificateName: string | undefined;
}

/** Messages on their way to the client, in order. */
export interface ResponseStream<Response> {
  /**
   * False: the message is queued like any other, but there is no room for the next before `room()` resolves. `taken` is called
   * once the message has left the queue, and never when the call ends first.
   */
  write(response: Response, taken?: () => void): boolean;
  /** Rejects when the call is over. */
  room(): Promise<void>;
}

export type Method =
  | { readonly kind: 'unary'; readonly path: MethodPath; readonly call: UnaryCall }
  | { readonly kind: 'server-stream'; readonly path: MethodPath; readonly call: ServerStreamCall }
  /** A client that ends its side does not end the call: the method decides. */
  | { readonly kind: 'duplex'; readonly path: MethodPath; readonly call: DuplexCall };

/** `service` with its package: `etcdserverpb.KV`. */
export interface MethodPath {
  readonly service: string;
  readonly method: string;
}

export type UnaryCall = (request: Uint8Array, context: CallContext) => Promise<Uint8Array>;

export type ServerStreamCall = (
  request: Uint8Array,
  context: CallContext,
  responses: ResponseStream<Uint8Array>,
) => Promise<void>;

export type DuplexCall = (
  requests: AsyncIterable<Uint8Array>,
  context: CallContext,
  responses: ResponseStream<Uint8Array>,
) => Promise<void>;
