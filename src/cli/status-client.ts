import { MemberListRequest, MemberListResponse, type Member } from '../server/generated/etcdserverpb/cluster.ts';
import { StatusRequest, StatusResponse } from '../server/generated/etcdserverpb/maintenance.ts';
import { connectNode } from './node-client.ts';

export interface NodeStatus {
  readonly status: StatusResponse;
  readonly members: readonly Member[];
}

/** Rejects with a `ServiceError` of grpc-js. */
export async function askStatus(address: string, timeoutMs: number): Promise<NodeStatus> {
  const client = connectNode(address);
  const deadline = Date.now() + timeoutMs;
  try {
    const status = await client.call('/etcdserverpb.Maintenance/Status', StatusRequest, StatusResponse, {}, deadline);
    const { members } = await client.call(
      '/etcdserverpb.Cluster/MemberList',
      MemberListRequest,
      MemberListResponse,
      { linearizable: false },
      deadline,
    );
    return { status, members };
  } finally {
    client.close();
  }
}
