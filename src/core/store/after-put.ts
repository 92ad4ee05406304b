import type { PutOutcome } from '../../ports/object-store.ts';

/**
 * How the outcome of a conditional PUT is taken (protocol, invariant 4). Only the store's own "ok" is a yes. "Refused" and "conflict"
 * certainly did nothing, so the same bytes are sent again. After "unknown", and after "the condition did not hold", nothing is
 * guessed: the object is read, and its bytes say whose they are; a condition may have failed because an earlier, unanswered
 * attempt of ours was applied.
 */
export type AfterPut =
  { readonly kind: 'done'; readonly etag: string } | { readonly kind: 'send-again' } | { readonly kind: 'read-back' };

export function afterPut(outcome: PutOutcome): AfterPut {
  switch (outcome.kind) {
    case 'ok':
      return { kind: 'done', etag: outcome.etag };
    case 'refused':
    case 'conflict':
      return { kind: 'send-again' };
    case 'condition-failed':
    case 'unknown':
      return { kind: 'read-back' };
  }
}
