import { status as grpcStatus } from '@grpc/grpc-js';
import { MemberListRequest, MemberListResponse, type Member } from '../server/generated/etcdserverpb/cluster.ts';
import { StatusRequest, StatusResponse } from '../server/generated/etcdserverpb/maintenance.ts';
import { UsageRequest, UsageResponse } from '../server/generated/t4/v1/admin.ts';
import { isServiceError, withNode } from './with-node.ts';

export interface NodeStatus {
  readonly status: StatusResponse;
  readonly members: readonly Member[];
  /** Undefined: a server that is not T4. */
  readonly usage: UsageResponse | undefined;
}

export const usagePath = '/t4.v1.Admin/Usage';

export function askStatus(address: string, timeoutMs: number): Promise<NodeStatus> {
  const deadline = Date.now() + timeoutMs;
  return withNode(address, async (client) => {
    const status = await client.call('/etcdserverpb.Maintenance/Status', StatusRequest, StatusResponse, {}, deadline);
    const { members } = await client.call(
      '/etcdserverpb.Cluster/MemberList',
      MemberListRequest,
      MemberListResponse,
      { linearizable: false },
      deadline,
    );
    const usage = await client.call(usagePath, UsageRequest, UsageResponse, {}, deadline).catch((error: unknown) => {
      if (isServiceError(error) && error.code === grpcStatus.UNIMPLEMENTED) return undefined;
      throw error;
    });
    return { status, members, usage };
  });
}

export function askUsage(address: string, timeoutMs: number): Promise<UsageResponse> {
  const deadline = Date.now() + timeoutMs;
  return withNode(address, (client) => client.call(usagePath, UsageRequest, UsageResponse, {}, deadline));
}
