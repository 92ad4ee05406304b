import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { SnapshotRequest, SnapshotResponse } from '../../src/server/generated/etcdserverpb/maintenance.ts';

/** The stream of a snapshot, message by message; a reader may stop reading, or go away. */
export interface SnapshotStream {
  next(): Promise<SnapshotResponse | undefined>;
  /** Goes away. */
  cancel(): void;
}

export function openSnapshotStream(address: string): SnapshotStream {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
  });
  const call = client.makeServerStreamRequest(
    '/etcdserverpb.Maintenance/Snapshot',
    (request: SnapshotRequest) => Buffer.from(SnapshotRequest.encode(request).finish()),
    (bytes: Buffer) => SnapshotResponse.decode(bytes),
    {},
  );
  const messages = call[Symbol.asyncIterator]() as AsyncIterator<SnapshotResponse>;
  // Told by the iterator, which may be asked later.
  call.on('error', () => undefined);
  call.on('close', () => client.close());
  return {
    async next() {
      const { done, value } = await messages.next();
      return done === true ? undefined : value;
    },
    cancel: () => call.cancel(),
  };
}

export async function saveSnapshot(address: string): Promise<readonly SnapshotResponse[]> {
  const stream = openSnapshotStream(address);
  const messages: SnapshotResponse[] = [];
  for (let next = await stream.next(); next !== undefined; next = await stream.next()) messages.push(next);
  return messages;
}

/** Without the hash at the end. */
export function fileOf(messages: readonly SnapshotResponse[]): Buffer {
  return Buffer.concat(messages.slice(0, -1).map(({ blob }) => blob));
}

export function refusal(error: unknown): string {
  return (error as ServiceError).details;
}
