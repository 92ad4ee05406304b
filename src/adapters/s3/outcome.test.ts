import { describe, expect, test } from 'vitest';
import { failureOf } from './failure.ts';
import { putOutcomeOf, type S3Failure } from './outcome.ts';

const amazon = { amazon: true };
const other = { amazon: false };
const absent = { kind: 'absent' } as const;
const match = { kind: 'match', etag: '"1"' } as const;

function failure(fields: Partial<S3Failure>): S3Failure {
  return { sent: true, timedOut: false, status: undefined, code: 'X', message: 'x', syscalls: [], ...fields };
}

describe('what a failed PUT means', () => {
  test.each([
    [412, 'PreconditionFailed', absent, 'condition-failed'],
    [412, 'PreconditionFailed', match, 'condition-failed'],
    [412, 'PreconditionFailed', { kind: 'none' } as const, 'refused'],
    [404, 'NoSuchKey', match, 'condition-failed'],
    [404, 'NoSuchKey', absent, 'refused'],
    [404, 'NoSuchBucket', match, 'refused'],
    [409, 'ConditionalRequestConflict', absent, 'conflict'],
    [409, 'OperationAborted', match, 'conflict'],
    [409, 'InvalidBucketState', match, 'refused'],
    [400, 'RequestTimeout', absent, 'refused'],
    [408, 'X', absent, 'unknown'],
    [499, 'X', absent, 'unknown'],
    [500, 'InternalError', absent, 'unknown'],
    [502, 'X', absent, 'unknown'],
    [504, 'X', absent, 'unknown'],
    [507, 'X', absent, 'unknown'],
    [200, 'SyntaxError', absent, 'unknown'],
    [501, 'NotImplemented', absent, 'refused'],
    [501, 'X', absent, 'unknown'],
    [503, 'ServiceUnavailable', absent, 'unknown'],
  ] as const)('%i %s', (status, code, condition, kind) => {
    for (const dialect of [amazon, other]) {
      expect(putOutcomeOf(failure({ status, code }), condition, dialect).kind).toBe(kind);
    }
  });

  test('503 SlowDown: Amazon throttles before it acts; others have used the code for half-made writes', () => {
    const slowDown = failure({ status: 503, code: 'SlowDown' });
    expect(putOutcomeOf(slowDown, absent, amazon).kind).toBe('refused');
    expect(putOutcomeOf(slowDown, absent, other).kind).toBe('unknown');
    expect(putOutcomeOf(failure({ status: 503, code: 'SlowDownWrite' }), absent, amazon).kind).toBe('unknown');
  });

  test.each([
    ['ECONNREFUSED', ['connect'], 'refused'],
    ['ECONNREFUSED', ['connect', 'connect'], 'refused'],
    ['ETIMEDOUT', ['connect', 'connect'], 'refused'],
    ['ENOTFOUND', ['getaddrinfo'], 'refused'],
    ['EAI_AGAIN', ['getaddrinfo'], 'refused'],
    ['ETIMEDOUT', ['read'], 'unknown'],
    ['ETIMEDOUT', ['connect', 'read'], 'unknown'],
    ['ECONNRESET', ['read'], 'unknown'],
    ['ECONNRESET', [], 'unknown'],
    ['EPIPE', ['write'], 'unknown'],
    ['CERT_HAS_EXPIRED', [], 'refused'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', [], 'refused'],
    ['TimeoutError', [], 'unknown'],
  ])('transport: %s in %j', (code, syscalls, kind) => {
    expect(putOutcomeOf(failure({ code, syscalls }), absent, amazon).kind).toBe(kind);
  });

  test('what failed before it was sent is refused; what our deadline cut after that is unknown', () => {
    expect(putOutcomeOf(failure({ sent: false }), absent, other).kind).toBe('refused');
    expect(putOutcomeOf(failure({ sent: false, timedOut: true }), absent, other)).toMatchObject({
      kind: 'refused',
      problem: { permanent: false },
    });
    expect(putOutcomeOf(failure({ timedOut: true, syscalls: ['connect'] }), absent, other).kind).toBe('unknown');
  });
});

describe('facts from an error', () => {
  const attempt = { sent: true, timedOut: false };

  test('of the SDK, of Node, of several addresses, and of anything', () => {
    const service = Object.assign(new Error('Slow'), { name: 'SlowDown', $metadata: { httpStatusCode: 503 } });
    expect(failureOf(service, attempt, 1)).toMatchObject({ status: 503, code: 'SlowDown', message: 'Slow' });
    const reset = Object.assign(new Error('read'), { code: 'ECONNRESET', name: 'TimeoutError', syscall: 'read' });
    expect(failureOf(reset, attempt, 1)).toMatchObject({ status: undefined, code: 'ECONNRESET', syscalls: ['read'] });
    const refused = Object.assign(new Error(''), { code: 'ECONNREFUSED', syscall: 'connect' });
    const several = Object.assign(new AggregateError([refused, new Error('other')]), { code: 'ECONNREFUSED' });
    expect(failureOf(several, attempt, 1).syscalls).toEqual(['connect', 'none']);
    expect(failureOf('text', attempt, 1)).toMatchObject({ code: 'UnknownError', message: 'text' });
  });
});
