import type { Violation } from '../types/result.ts';

/** The names of the guarantees: short and stable, for shrinking, the bug zoo and the ledger. */
export type Guarantee =
  /** Each slot is filled once, the segments are one chain, an epoch begins with its fence, `control` only moves forward. */
  | 'one log'
  /** A reign sends one content for a slot, and acknowledges nothing once a later reign has begun without that being in the log. */
  | 'one live epoch'
  /** +1 with each write, never twice, never back. */
  | 'revisions'
  /** What was acknowledged, or shown, is durable then and stays. */
  | 'durability'
  /** Every answer is the one at its revision, and revisions follow real time. */
  | 'linearizability'
  /** A call takes effect at most once, one that was refused never, and nothing happens that nobody asked for. */
  | 'exactly once'
  /** Errors are right at some moment of the call. */
  | 'errors'
  /** Whoever asks is allowed to at the very moment at which it is done; who is not is told so. */
  | 'authorization'
  /** Nothing is done that does not fit, and the alarm is raised for nothing else. */
  | 'quota'
  /** A checkpoint holds what its position says. */
  | 'checkpoints'
  /** Nothing that something names is deleted, nothing condemned is used again, and what nothing names goes in the end. */
  | 'collection'
  /** A branch is what its parent was at the cut; what is written on either side never shows on the other; it stays until it is deleted. */
  | 'branches'
  /** A node says that the store holds what it serves only after it has read it, and raises CORRUPT only over what came damaged to it. */
  | 'corruption'
  | 'watch order'
  | 'watch atomicity'
  | 'watch reliability'
  | 'watch content'
  | 'watch progress'
  | 'watch compaction'
  | 'lease never early'
  | 'lease not late'
  | 'lease keys together'
  | 'liveness';

export interface ViolationDetails {
  readonly atMs?: number | undefined;
  readonly operations?: readonly string[];
  readonly faults?: readonly string[];
  readonly keys?: readonly string[];
  readonly revisions?: readonly number[];
}

export function violation(guarantee: Guarantee, explanation: string, details: ViolationDetails = {}): Violation {
  const { atMs, operations = [], faults = [], keys = [], revisions = [] } = details;
  return {
    kind: guarantee === 'liveness' ? 'liveness' : 'safety',
    guarantee,
    explanation,
    ...(atMs === undefined ? {} : { atMs }),
    operations,
    faults,
    keys,
    revisions,
  };
}
