import { status as grpcStatus } from '@grpc/grpc-js';
import { MemberListRequest, MemberListResponse, type Member } from '../server/generated/etcdserverpb/cluster.ts';
import { StatusRequest, StatusResponse } from '../server/generated/etcdserverpb/maintenance.ts';
import { UsageRequest, UsageResponse } from '../server/generated/t4/v1/admin.ts';
import type { CommandContext } from './command-context.ts';
import { isServiceError } from './service-error.ts';
import { withNode } from './with-node.ts';

export interface NodeStatus {
  readonly status: StatusResponse;
  readonly members: readonly Member[];
  /** Undefined: a server that is not T4, or that tells it to root alone. */
  readonly usage: UsageResponse | undefined;
}

export const usagePath = '/t4.v1.Admin/Usage';

const untold: ReadonlySet<number> = new Set([grpcStatus.UNIMPLEMENTED, grpcStatus.PERMISSION_DENIED]);

export function askStatus(context: CommandContext): Promise<NodeStatus> {
  const deadline = Date.now() + context.settings.values.timeout;
  return withNode(context, async (client) => {
    const status = await client.call('/etcdserverpb.Maintenance/Status', StatusRequest, StatusResponse, {}, deadline);
    const { members } = await client.call(
      '/etcdserverpb.Cluster/MemberList',
      MemberListRequest,
      MemberListResponse,
      { linearizable: false },
      deadline,
    );
    const usage = await client.call(usagePath, UsageRequest, UsageResponse, {}, deadline).catch((error: unknown) => {
      if (isServiceError(error) && untold.has(error.code)) return undefined;
      throw error;
    });
    return { status, members, usage };
  });
}

export function askUsage(context: CommandContext): Promise<UsageResponse> {
  const deadline = Date.now() + context.settings.values.timeout;
  return withNode(context, (client) => client.call(usagePath, UsageRequest, UsageResponse, {}, deadline));
}
