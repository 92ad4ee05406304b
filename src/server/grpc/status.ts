import { type StatusObject, status } from '@grpc/grpc-js';
import { DatabaseError } from '../../host/database.ts';
import type { ServerLog } from '../log.ts';
import { statusCodes } from '../status-codes.ts';

/** What the client is told. An error that is not the database's is a bug of ours: the client learns that, the log learns the rest. */
export function statusOf(error: unknown, path: string, log: ServerLog): Partial<StatusObject> {
  if (error instanceof DatabaseError)
    return { code: statusCodes[error.clientError.status].grpc, details: error.clientError.message };
  log.error({ error, path }, 'a call failed for a reason that no client should ever see');
  return { code: status.INTERNAL, details: 'etcdserver: internal error' };
}
