import { factsOf } from './black-box-facts.ts';
import { type Hint, preferences, search } from './black-box-search.ts';
import type { Traffic } from './calls.ts';
import type { BlackBoxVerdict } from './black-box-verdict.ts';

/**
 * Is there any order of the calls that explains every answer? Without the log: a search that the revisions force.
 *
 * Two reductions make it fast, both sound:
 * - A completed write that reported revision r owns r: no order that gives r to another explains its answer.
 * - What changes nothing is taken as soon as it is legal: it cannot get in the way of anything. Each such answer names its revision, so it is
 *   checked there, once.
 * What is left to choose is who made a revision that nobody was told of: a call without an answer, or a lease that ran out. What anybody saw of
 * that revision, and where its keys cannot have been written (`key-facts.ts`), narrows it down. When the budget is spent the verdict is `unknown`.
 */
export interface BlackBoxOptions {
  /** Evaluations of requests, in all. */
  readonly budget?: number;
  /** Tried first. It decides how soon an order is found, never whether there is one. */
  readonly hint?: Hint;
}

const budgetMin = 400_000;
/** A history in which nothing is in doubt takes one to three evaluations a call and an order. */
const budgetPerCall = 20;

export function checkBlackBox({ calls, streams }: Traffic, options: BlackBoxOptions = {}): BlackBoxVerdict {
  const facts = factsOf(calls, streams);
  if ('violation' in facts) return { kind: 'violation', violation: facts.violation, evaluations: 0 };
  const { budget = Math.max(budgetMin, budgetPerCall * calls.length), hint } = options;
  const tried = hint === undefined ? preferences : [hint, ...preferences];
  let evaluations = 0;
  for (const [index, preference] of tried.entries()) {
    const share = (budget - evaluations) / (tried.length - index);
    const verdict = search(facts, preference, share);
    evaluations += verdict.evaluations;
    if (verdict.kind !== 'unknown' || index === tried.length - 1) return { ...verdict, evaluations };
  }
  throw new Error('black box: there is no preference to search by');
}
