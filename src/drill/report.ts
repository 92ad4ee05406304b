import type { RequestCount } from './count-requests.ts';

/**
 * What a drill found, as it is written for machines: docs/drill.md describes it. A field that could not be told is null; names and meanings stay
 * within one `format`.
 */
export interface DrillReport {
  readonly format: 1;
  readonly outcome: DrillOutcome;
  /** Why it is not `ok`. */
  readonly reason: string | null;
  readonly startedAt: string;
  readonly store: string;
  /** Of the database in its family's store. */
  readonly home: string;
  readonly comparedWith: 'server' | 'log';
  /** Of the server that was asked. */
  readonly endpoint: string | null;
  /** At which both were compared. */
  readonly revision: number | null;
  readonly compactRevision: number | null;
  /** As etcd's HashKV has it: 32 bits. */
  readonly hash: { readonly expected: number | null; readonly recovered: number | null };
  /** At that revision. */
  readonly keys: { readonly expected: number | null; readonly recovered: number | null };
  /** Kept by the recovered node, of all revisions. */
  readonly versions: number | null;
  readonly seconds: {
    /** Until the branch was there. */
    readonly branch: number | null;
    /** From then, on an empty folder, until the first linearizable read was answered, and until nothing was left to download. */
    readonly ready: number | null;
    readonly full: number | null;
    readonly compare: number | null;
    readonly total: number;
  };
  readonly limits: { readonly readySeconds: number | null; readonly fullSeconds: number | null };
  /** Of the store, by what was being done: the comparison with the log, which reads it once more, is `log`. */
  readonly requests: readonly RequestCount[];
  /** Of the requests, at the public prices that `prices` names. `recovery`: of the phases `ready` and `full`. */
  readonly cost: {
    readonly currency: string;
    readonly prices: string;
    readonly recovery: number;
    readonly total: number;
  };
  readonly branch: { readonly name: string; readonly removed: boolean } | null;
  /** Branches of earlier drills that never came to their end. */
  readonly leftovers: readonly Leftover[];
  /** What the recovering node warned of. */
  readonly warnings: readonly string[];
}

export interface Leftover {
  readonly name: string;
  readonly createdAt: string;
  /** It was old enough. */
  readonly removed: boolean;
}

export type DrillOutcome =
  | 'ok'
  /** The recovered state is another one than the running server's, or than the log's. */
  | 'mismatch'
  /** No node came up from the store: what is in it is damaged, or it took longer than was allowed at all. */
  | 'not-recovered'
  /** It came up and is right, but not within the limits given. */
  | 'too-slow'
  /** The store or the server could not be used, or somebody interrupted: nothing is known. */
  | 'unknown';
