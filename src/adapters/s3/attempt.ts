/**
 * One attempt of one S3 call under a deadline. The deadline covers the whole call, its body included, and is ours: the
 * SDK's several timeouts each cover a part. A call that ends by it may still be carried out by the store.
 */
import type { S3Client } from '@aws-sdk/client-s3';
import { failureOf, type AttemptState } from './failure.ts';
import type { S3Failure } from './outcome.ts';

export type AttemptResult<T> =
  { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'failed'; readonly failure: S3Failure };

/** What a call needs: the client marked for this attempt, and the signal that ends it. */
export interface Attempt {
  readonly signal: AbortSignal;
  readonly send: S3Client['send'];
}

interface Command {
  readonly middlewareStack: {
    add(middleware: (next: (args: never) => Promise<never>) => (args: never) => Promise<never>, options: object): void;
  };
}

export async function attempt<T>(
  client: S3Client,
  timeoutMs: number,
  call: (attempt: Attempt) => Promise<T>,
): Promise<AttemptResult<T>> {
  const state: AttemptState = { sent: false, timedOut: false };
  const controller = new AbortController();
  const timer = setTimeout(() => {
    state.timedOut = true;
    controller.abort();
  }, timeoutMs);
  const send = ((command: Command) => {
    markWhenSent(command, state);
    return client.send(command as never, { abortSignal: controller.signal });
  }) as unknown as S3Client['send'];
  try {
    return { kind: 'ok', value: await call({ signal: controller.signal, send }) };
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error, state, timeoutMs) };
  } finally {
    clearTimeout(timer);
  }
}

/** The innermost middleware runs after credentials, signing and serialization, just before the request goes out. */
function markWhenSent(command: Command, state: AttemptState): void {
  command.middlewareStack.add(
    (next) => (args) => {
      state.sent = true;
      return next(args);
    },
    { step: 'deserialize', priority: 'low', name: 'markWhenSent' },
  );
}
