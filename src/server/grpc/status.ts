import { type StatusObject, status } from '@grpc/grpc-js';
import { clientErrors, type ClientError } from '../../core/types/error.ts';
import { DatabaseError } from '../../host/database.ts';
import type { ServerLog } from '../log.ts';
import type { CallContext } from '../services/call.ts';
import { notHere } from '../services/lead.ts';
import { statusCodes } from '../status-codes.ts';

/** What the client is told. An error that is not the database's is a bug of ours: the client learns that, the log learns the rest. */
export function statusOf(
  error: unknown,
  path: string,
  log: ServerLog,
  { metadata }: Pick<CallContext, 'metadata'>,
): Partial<StatusObject> {
  if (error instanceof DatabaseError) {
    const asked = metadata('hasleader') === 'true' || isOurs(path);
    const { status, message } = asked ? error.clientError : retriable(error.clientError);
    return { code: statusCodes[status].grpc, details: message };
  }
  log.error({ error, path }, 'a call failed for a reason that no client should ever see');
  return { code: status.INTERNAL, details: 'etcdserver: internal error' };
}

/** Of this server's own services, which clients of etcd do not know and people read the answers of. */
function isOurs(path: string): boolean {
  return path.startsWith('/t4.');
}

/** Whoever did not ask to be told that there is no leader is told that another node may be asked. */
function retriable(error: ClientError): ClientError {
  return error.message === clientErrors.noLeader.message ? notHere : error;
}
