import type { Analysis } from '../analysis.ts';
import { isSerializable, type Call } from '../calls.ts';

/** The first moment from which on the answer can have been given, and the last. */
export function momentsOf(analysis: Analysis, call: Call): { readonly first: number; readonly last: number } {
  const first = isSerializable(call.request) ? 0 : analysis.momentBefore(call);
  return { first, last: Math.max(first, analysis.momentSeenBy(call.returnedMs)) };
}

/** An answer that names no revision has to be true at one of them. */
export function heldAtSome(analysis: Analysis, call: Call, holds: (moment: number) => boolean): boolean {
  const { first, last } = momentsOf(analysis, call);
  for (let moment = first; moment <= last; moment++) if (holds(moment)) return true;
  return false;
}
