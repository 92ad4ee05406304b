import type { Violation } from '../types/result.ts';

/** What a search for an order of the calls came to. `unknown`: the budget was spent before either was certain; it never passes. */
export type BlackBoxVerdict =
  | { readonly kind: 'ok'; readonly revisions: number; readonly choices: number; readonly evaluations: number }
  | { readonly kind: 'violation'; readonly violation: Violation; readonly evaluations: number }
  | { readonly kind: 'unknown'; readonly explanation: string; readonly evaluations: number };
