import { noLease, type LeaseId } from '../../../core/types/bytes.ts';
import type { CallDatabase } from '../node.ts';

/** etcd's; nobody keeps it alive. */
const sessionTtlSeconds = 60;

/** The lease that the client named, or one of its own. */
export async function sessionLease(database: CallDatabase, lease: LeaseId): Promise<LeaseId> {
  if (lease !== noLease) return lease;
  const { response } = await database.request<'lease-grant'>({
    kind: 'lease-grant',
    id: noLease,
    ttlSeconds: sessionTtlSeconds,
  });
  return response.id;
}
