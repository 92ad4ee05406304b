import type { ClientError, StatusName } from '../../core/types/error.ts';
import { DatabaseError } from '../../host/database.ts';
import type { ServerLog } from '../log.ts';
import { statusCodes } from '../status-codes.ts';

/** What a client of the gateway is told. An error that is not the database's is a bug of ours: the log learns what it was. */
export function clientErrorOf(error: unknown, path: string, log: ServerLog): ClientError {
  if (error instanceof DatabaseError) return error.clientError;
  log.error({ error, path }, 'a call failed for a reason that no client should ever see');
  return { status: 'Internal', message: 'etcdserver: internal error' };
}

export function httpStatusOf(status: StatusName): number {
  return statusCodes[status].http;
}

/** As etcd 3.6 writes errors, with `error` as up to 3.5: there are clients for each. */
export function errorBodyOf({ status, message }: ClientError): string {
  return JSON.stringify({ error: message, code: statusCodes[status].grpc, message });
}

/** In a stream, again both shapes at once. */
export function streamErrorOf({ status, message }: ClientError): string {
  const { grpc, http } = statusCodes[status];
  return JSON.stringify({ error: { grpc_code: grpc, http_code: http, message, code: grpc } });
}
