import type { StatusName } from '../core/types/error.ts';

/** gRPC's number of each status, and the status of HTTP that etcd's gateway gives for it. */
export const statusCodes: Readonly<Record<StatusName | 'OK', { readonly grpc: number; readonly http: number }>> = {
  OK: { grpc: 0, http: 200 },
  Canceled: { grpc: 1, http: 499 },
  Unknown: { grpc: 2, http: 500 },
  InvalidArgument: { grpc: 3, http: 400 },
  DeadlineExceeded: { grpc: 4, http: 504 },
  NotFound: { grpc: 5, http: 404 },
  PermissionDenied: { grpc: 7, http: 403 },
  ResourceExhausted: { grpc: 8, http: 429 },
  FailedPrecondition: { grpc: 9, http: 400 },
  OutOfRange: { grpc: 11, http: 400 },
  Unimplemented: { grpc: 12, http: 501 },
  Internal: { grpc: 13, http: 500 },
  Unavailable: { grpc: 14, http: 503 },
  DataLoss: { grpc: 15, http: 500 },
  Unauthenticated: { grpc: 16, http: 401 },
};
