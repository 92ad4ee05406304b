import { type StatusObject, status } from '@grpc/grpc-js';
import type { StatusName } from '../../core/types/error.ts';
import { DatabaseError } from '../../host/database.ts';
import type { ServerLog } from '../log.ts';

const codes: Readonly<Record<StatusName, status>> = {
  Canceled: status.CANCELLED,
  Unknown: status.UNKNOWN,
  InvalidArgument: status.INVALID_ARGUMENT,
  DeadlineExceeded: status.DEADLINE_EXCEEDED,
  NotFound: status.NOT_FOUND,
  PermissionDenied: status.PERMISSION_DENIED,
  ResourceExhausted: status.RESOURCE_EXHAUSTED,
  FailedPrecondition: status.FAILED_PRECONDITION,
  OutOfRange: status.OUT_OF_RANGE,
  Unimplemented: status.UNIMPLEMENTED,
  Internal: status.INTERNAL,
  Unavailable: status.UNAVAILABLE,
  DataLoss: status.DATA_LOSS,
  Unauthenticated: status.UNAUTHENTICATED,
};

/** What the client is told. An error that is not the database's is a bug of ours: the client learns that, the log learns the rest. */
export function statusOf(error: unknown, path: string, log: ServerLog): Partial<StatusObject> {
  if (error instanceof DatabaseError)
    return { code: codes[error.clientError.status], details: error.clientError.message };
  log.error({ error, path }, 'a call failed for a reason that no client should ever see');
  return { code: status.INTERNAL, details: 'etcdserver: internal error' };
}
