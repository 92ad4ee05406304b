/** Reads the SDK's and Node's error shapes, which are loosely typed, into the few facts that decide an outcome. */
import type { S3Failure } from './outcome.ts';

export interface AttemptState {
  sent: boolean;
  timedOut: boolean;
}

interface ErrorShape {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly Code?: unknown;
  readonly syscall?: unknown;
  readonly errors?: unknown;
  readonly cause?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
  readonly $response?: { readonly statusCode?: unknown };
}

export function failureOf(error: unknown, attempt: AttemptState, timeoutMs: number): S3Failure {
  const shape: ErrorShape = typeof error === 'object' && error !== null ? error : { message: String(error) };
  if (attempt.timedOut) {
    const message = `no answer within ${timeoutMs} ms`;
    return { sent: attempt.sent, timedOut: true, status: undefined, code: 'TimeoutError', message, syscalls: [] };
  }
  const status = numberOf(shape.$metadata?.httpStatusCode) ?? numberOf(shape.$response?.statusCode);
  const code = stringOf(shape.code) ?? stringOf(shape.Code) ?? stringOf(shape.name) ?? 'UnknownError';
  const message = stringOf(shape.message) ?? code;
  return { sent: attempt.sent, timedOut: false, status, code, message, syscalls: syscallsOf(shape) };
}

/**
 * The SDK's own words for a connection that did not come about in time, be it for want of an answer or of a free socket
 * in the pool. It has no code for it; should the words change, the outcome becomes unknown, which is safe.
 */
const noConnection = /did not establish a connection with the server within/;

/** Node tries several addresses and then wraps what each of them said in one AggregateError. */
function syscallsOf(shape: ErrorShape): readonly string[] {
  if (Array.isArray(shape.errors) && shape.errors.length > 0) {
    return shape.errors.flatMap((error: ErrorShape) => [stringOf(error?.syscall) ?? 'none']);
  }
  if (shape.name === 'TimeoutError' && noConnection.test(stringOf(shape.message) ?? '')) return ['connect'];
  const own = stringOf(shape.syscall);
  return own === undefined ? [] : [own];
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
