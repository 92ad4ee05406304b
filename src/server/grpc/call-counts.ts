import { status } from '@grpc/grpc-js';

/** Calls that have ended, by method and code. Bounded: methods are those that are registered, codes those of gRPC. */
export interface EndedCalls {
  readonly service: string;
  readonly method: string;
  readonly type: string;
  readonly code: string;
  readonly calls: number;
}

export interface CallCounter {
  ended(path: string, type: CallType, code: number): void;
  all(): Iterable<EndedCalls>;
}

export type CallType = 'unary' | 'server_stream' | 'bidi_stream';

/** As the Prometheus exporters of gRPC's Go servers write them. */
const codeNames = new Map<number, string>([
  [status.OK, 'OK'],
  [status.CANCELLED, 'Canceled'],
  [status.UNKNOWN, 'Unknown'],
  [status.INVALID_ARGUMENT, 'InvalidArgument'],
  [status.DEADLINE_EXCEEDED, 'DeadlineExceeded'],
  [status.NOT_FOUND, 'NotFound'],
  [status.ALREADY_EXISTS, 'AlreadyExists'],
  [status.PERMISSION_DENIED, 'PermissionDenied'],
  [status.RESOURCE_EXHAUSTED, 'ResourceExhausted'],
  [status.FAILED_PRECONDITION, 'FailedPrecondition'],
  [status.ABORTED, 'Aborted'],
  [status.OUT_OF_RANGE, 'OutOfRange'],
  [status.UNIMPLEMENTED, 'Unimplemented'],
  [status.INTERNAL, 'Internal'],
  [status.UNAVAILABLE, 'Unavailable'],
  [status.DATA_LOSS, 'DataLoss'],
  [status.UNAUTHENTICATED, 'Unauthenticated'],
]);

export function createCallCounter(): CallCounter {
  const counts = new Map<string, { calls: number; readonly type: CallType }>();
  return {
    ended(path, type, code) {
      const name = `${path} ${codeNames.get(code) ?? 'Unknown'}`;
      const count = counts.get(name);
      if (count === undefined) counts.set(name, { calls: 1, type });
      else count.calls += 1;
    },
    *all() {
      for (const [name, { calls, type }] of counts) {
        const [path = '', code = ''] = name.split(' ');
        const [, service = '', method = ''] = path.split('/');
        yield { service, method, type, code, calls };
      }
    },
  };
}
