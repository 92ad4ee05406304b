/** The snapshot of a running etcd, as it comes. */
import { status as grpcStatus } from '@grpc/grpc-js';
import type { NodeLog } from '../host/node.ts';
import { isDenied, type EtcdClient } from './etcd-client.ts';
import { isServiceError } from './service-error.ts';

/** False: this user may not have it, or there is none to be had. */
export async function receiveSnapshot(
  client: EtcdClient,
  take: (blob: Uint8Array) => unknown,
  log: NodeLog,
): Promise<boolean> {
  let received = 0;
  try {
    for await (const { blob, remainingBytes } of client.snapshot()) {
      await take(blob);
      received += blob.length;
      log('info', 'receiving the snapshot', { bytes: received, of: received + Number(remainingBytes) });
    }
    return true;
  } catch (error) {
    if (received === 0 && (isDenied(error) || isUnimplemented(error))) return false;
    throw error;
  }
}

function isUnimplemented(error: unknown): boolean {
  return isServiceError(error) && error.code === grpcStatus.UNIMPLEMENTED;
}
