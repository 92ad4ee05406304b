/** Asking a node, and the words for a person when it did not come off. */
import { status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import { CliError, exitCodes } from './cli-error.ts';
import { connectNode, type NodeClient } from './node-client.ts';

export async function withNode<Result>(address: string, use: (client: NodeClient) => Promise<Result>): Promise<Result> {
  const client = connectNode(address);
  try {
    return await use(client);
  } catch (error) {
    throw explained(error, address);
  } finally {
    client.close();
  }
}

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error && typeof error.code === 'number';
}

function explained(error: unknown, address: string): unknown {
  if (!isServiceError(error)) return error;
  // What a node says of itself names etcd; what the transport says does not.
  const isNodes = error.details.startsWith('etcdserver:');
  if (!isNodes && (error.code === grpcStatus.UNAVAILABLE || error.code === grpcStatus.DEADLINE_EXCEEDED)) {
    return new CliError(
      exitCodes.unreachable,
      `nobody answers on ${address}: ${error.details}`,
      'is a node running there? --endpoint HOST:PORT asks another one',
      error,
    );
  }
  if (error.code === grpcStatus.UNIMPLEMENTED) {
    const message = `what answers on ${address} does not know what it was asked: ${error.details}`;
    return new CliError(exitCodes.failed, message, 'is it a T4 node of this version?', error);
  }
  const name = grpcStatus[error.code] ?? error.code;
  return new CliError(exitCodes.failed, `${address} answered ${name}: ${error.details}`, undefined, error);
}
