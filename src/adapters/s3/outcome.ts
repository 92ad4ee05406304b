/**
 * What an S3 call's failure means: the one place that decides between `refused` and `unknown`.
 *
 * `refused` is said only where it is certain that the request did not and will not take effect: it was never sent, or
 * the store answered it with an error that it gives before it acts. Everything else is `unknown`. The table with its
 * sources is in docs/design/0003-object-store.md.
 */
import type { PutCondition, PutOutcome, StoreProblem } from '../../ports/object-store.ts';

/** A failed attempt, told apart from the SDK's types so that every case can be written down in a test. */
export interface S3Failure {
  /** False when the failure came before anything was handed to the network (credentials, signing, serialization). */
  readonly sent: boolean;
  /** True when our own deadline cut the call. */
  readonly timedOut: boolean;
  /** HTTP status of an answer; undefined when there was none. */
  readonly status: number | undefined;
  /** The store's or the transport's code. */
  readonly code: string;
  readonly message: string;
  /** System calls that failed, for transport errors: `connect`, `getaddrinfo`, `read`, … One for each address tried. */
  readonly syscalls: readonly string[];
}

export interface S3Dialect {
  /** Amazon's own endpoint, whose documentation counts; not a compatible store behind a custom one. */
  readonly amazon: boolean;
}

export function putOutcomeOf(failure: S3Failure, condition: PutCondition, dialect: S3Dialect): PutOutcome {
  const problem = problemOf(failure);
  if (neverSent(failure)) return { kind: 'refused', problem };
  if (failure.status === 412 && condition.kind !== 'none') return { kind: 'condition-failed' };
  if (failure.status === 404 && failure.code === 'NoSuchKey' && condition.kind === 'match') {
    return { kind: 'condition-failed' };
  }
  if (failure.status === 409 && conflictCodes.has(failure.code)) return { kind: 'conflict' };
  if (answeredBeforeActing(failure, dialect)) return { kind: 'refused', problem };
  return { kind: 'unknown', problem };
}

export function problemOf(failure: S3Failure): StoreProblem {
  return { code: failure.code, message: failure.message, permanent: isPermanent(failure) };
}

const conflictCodes = new Set(['ConditionalRequestConflict', 'OperationAborted']);

/** Certificate trouble ends the handshake before the request is written. */
const handshakeCode = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|ERR_SSL_WRONG_VERSION)/;

function neverSent(failure: S3Failure): boolean {
  if (!failure.sent) return true;
  if (failure.status !== undefined || failure.timedOut) return false;
  if (handshakeCode.test(failure.code)) return true;
  const { syscalls } = failure;
  return syscalls.length > 0 && syscalls.every((syscall) => syscall === 'connect' || syscall === 'getaddrinfo');
}

function answeredBeforeActing(failure: S3Failure, dialect: S3Dialect): boolean {
  const { status, code } = failure;
  if (status === undefined) return false;
  // A gateway's own patience ran out: what it had passed on may still be at work.
  if (status === 408 || status === 499) return false;
  if (status >= 300 && status < 500) return true;
  if (status === 501) return code === 'NotImplemented';
  // Amazon throttles before it acts. MinIO has used the same code for a write that reached too few disks.
  if (status === 503) return dialect.amazon && code === 'SlowDown';
  return false;
}

const transientCodes = new Set([
  'BadDigest',
  'ExpiredToken',
  'IncompleteBody',
  'OperationAborted',
  'RequestTimeout',
  'TokenRefreshRequired',
  'XAmzContentSHA256Mismatch',
]);

function isPermanent(failure: S3Failure): boolean {
  if (!failure.sent) return !failure.timedOut;
  const { status, code } = failure;
  if (status === undefined) return handshakeCode.test(code);
  if (transientCodes.has(code)) return false;
  if (status === 408 || status === 409 || status === 412 || status === 429 || status === 499) return false;
  return (status >= 300 && status < 500) || status === 501;
}
