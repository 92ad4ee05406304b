/** A bare etcd client over grpc-js, with nothing of its own between the test and the wire: no retries, no sessions. */
import { Client, credentials, Metadata, type ClientDuplexStream } from '@grpc/grpc-js';
import type { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { KVDefinition } from '../../../src/server/generated/etcdserverpb/kv.ts';
import { LeaseDefinition } from '../../../src/server/generated/etcdserverpb/lease.ts';
import { MaintenanceDefinition } from '../../../src/server/generated/etcdserverpb/maintenance.ts';
import {
  WatchDefinition,
  type WatchRequest,
  type WatchResponse,
} from '../../../src/server/generated/etcdserverpb/watch.ts';

interface Message<Value> {
  encode(message: Value): BinaryWriter;
  decode(input: BinaryReader | Uint8Array): Value;
}

interface UnaryMethod<Request, Response> {
  readonly name: string;
  readonly requestType: Message<Request>;
  readonly responseType: Message<Response>;
}

export type WatchCall = ClientDuplexStream<WatchRequest, WatchResponse>;

export function connectEtcd(address: string) {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 200,
    // Channels of one process to one address would otherwise share a connection.
    'grpc.use_local_subchannel_pool': 1,
  });

  function unary<Request, Response>(
    service: string,
    { name, requestType, responseType }: UnaryMethod<Request, Response>,
  ) {
    return (request: Request, timeoutMs: number): Promise<Response> =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest<Request, Response>(
          `/${service}/${name}`,
          (message) => Buffer.from(requestType.encode(message).finish()),
          (bytes) => responseType.decode(bytes),
          request,
          new Metadata(),
          { deadline: Date.now() + timeoutMs },
          (error, response) => (error === null ? resolve(response!) : reject(error)),
        );
      });
  }

  const { range, put, txn, compact } = KVDefinition.methods;
  const { leaseGrant, leaseTimeToLive } = LeaseDefinition.methods;
  const watch = WatchDefinition.methods.watch;
  return {
    address,
    range: unary(KVDefinition.fullName, range),
    put: unary(KVDefinition.fullName, put),
    txn: unary(KVDefinition.fullName, txn),
    compact: unary(KVDefinition.fullName, compact),
    leaseGrant: unary(LeaseDefinition.fullName, leaseGrant),
    leaseTimeToLive: unary(LeaseDefinition.fullName, leaseTimeToLive),
    status: unary(MaintenanceDefinition.fullName, MaintenanceDefinition.methods.status),
    watch: (): WatchCall =>
      client.makeBidiStreamRequest<WatchRequest, WatchResponse>(
        `/${WatchDefinition.fullName}/${watch.name}`,
        (message) => Buffer.from(watch.requestType.encode(message).finish()),
        (bytes) => watch.responseType.decode(bytes),
        new Metadata(),
        {},
      ),
    close: () => client.close(),
  };
}

export type EtcdConnection = ReturnType<typeof connectEtcd>;
