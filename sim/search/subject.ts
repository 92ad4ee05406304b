import type { PlainRequest } from '../types/plain.ts';
import type { RunResult } from '../types/result.ts';
import type { Fault, Scenario } from '../types/scenario.ts';

/**
 * What a search works on: something that makes scenarios from seeds and runs them. A module that exports one as `subject` can be searched by any
 * number of workers; the store is one (`store-subject.ts`), `sim/examples/register.ts` is another.
 *
 * Invariants:
 * - Both functions are pure: the same seed gives the same scenario, the same scenario the same result, in every process.
 */
export interface Subject<Request = PlainRequest> {
  readonly name: string;
  generate(seed: number): Scenario<Request>;
  run(scenario: Scenario<Request>, options?: RunOptions): RunResult;
  /** Simpler forms of a fault, the simplest first. */
  shrinkFault?(fault: Fault): readonly Fault[];
  /** Kinds of faults that scenarios may hold, for lists and for the ledger. */
  readonly faultKinds?: readonly FaultKindDescription[];
  readonly workloads?: readonly { readonly name: string; readonly does: string }[];
}

export interface RunOptions {
  /** One line for each event, to find where two runs part. */
  readonly traceLines?: boolean;
  /** Names of observers to leave out: to show that an oracle is what finds a bug. */
  readonly withoutObservers?: readonly string[];
}

export interface FaultKindDescription {
  readonly kind: string;
  readonly does: string;
  readonly seen: string;
  /** Part of what `generate` draws from; others are there to be written by hand. */
  readonly generated: boolean;
  /** The kind of call that it needs the system to make. Left out: none. */
  readonly occasion?: string;
}
