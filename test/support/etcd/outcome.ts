import { status, type ServiceError } from '@grpc/grpc-js';

/** How a call that failed is taken. Only what the server itself said, in words that mean "not done", is a refusal. */
export interface CallFailure {
  readonly kind: 'refused' | 'unknown';
  /** Code and words. */
  readonly error: string;
}

const refusingCodes: readonly number[] = [
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.FAILED_PRECONDITION,
  status.OUT_OF_RANGE,
  status.RESOURCE_EXHAUSTED,
];

const refusingWords = ['there is no connection available', 'etcdserver: leader changed', 'etcdserver: server stopped'];

export function failureOf(error: unknown): CallFailure {
  if (!isServiceError(error)) throw error;
  const refused =
    refusingCodes.includes(error.code) ||
    (error.code === Number(status.UNAVAILABLE) && refusingWords.includes(error.details));
  return { kind: refused ? 'refused' : 'unknown', error: `${status[error.code] ?? error.code} ${error.details}` };
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error;
}
