/** Asking a node, and the words for a person when it did not come off. */
import { status as grpcStatus } from '@grpc/grpc-js';
import { clientErrors } from '../core/types/error.ts';
import { CliError, exitCodes } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { endpointGiven } from './etcd-endpoint.ts';
import { formatAddress } from './listen-address.ts';
import { connectNode, type NodeClient } from './node-client.ts';
import { isServiceError } from './service-error.ts';

/** The node that `--endpoint` names, as the user that the options name. */
export async function withNode<Result>(
  context: CommandContext,
  use: (client: NodeClient, address: string) => Promise<Result>,
): Promise<Result> {
  const { endpoint } = context.settings.values;
  const address = formatAddress(endpoint);
  const url = `${endpoint.isSecure ? 'https' : 'http'}://${address}`;
  const client = connectNode(await endpointGiven('--endpoint', url, context));
  try {
    return await use(client, address);
  } catch (error) {
    throw explained(error, address);
  } finally {
    client.close();
  }
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
  const hint =
    error.details === clientErrors.userNameEmpty.message ? 'it has users: --user NAME says who asks' : undefined;
  return new CliError(exitCodes.failed, `${address} answered ${name}: ${error.details}`, hint, error);
}
