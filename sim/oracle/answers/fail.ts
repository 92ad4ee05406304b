import type { Violation } from '../../types/result.ts';
import { nameOf, type Call } from '../calls.ts';
import { violation, type Guarantee } from '../violation.ts';

/** A violation that the call's answer is. */
export function fail(guarantee: Guarantee, call: Call, words: string, revision?: number): Violation {
  return violation(guarantee, `${nameOf(call)} ${words}`, {
    atMs: Number.isFinite(call.returnedMs) ? call.returnedMs : call.invokedMs,
    operations: [call.operation],
    revisions: revision === undefined ? [] : [revision],
  });
}
