import type { ClientError } from './error.ts';
import type { LogRecord } from './record.ts';
import type { Response } from './response.ts';
import type { Version } from './version.ts';

/** What a request comes to, computed on the state at hand, uncommitted records included. */
export type Evaluation =
  | SettledEvaluation
  /** The state is as it was; evaluate again once these versions' values are in memory. */
  | { readonly kind: 'values-needed'; readonly versions: readonly Version[] };

export type SettledEvaluation =
  /** Nothing changes. `revision` is the answer's header's. */
  | { readonly kind: 'answer'; readonly response: Response; readonly revision: number }
  /** The state now holds the record's effect; `versions` are those it made, in order of `sub`. */
  | {
      readonly kind: 'record';
      readonly record: LogRecord;
      readonly versions: readonly Version[];
      readonly response: Response;
      readonly revision: number;
    }
  /** The state is as it was. */
  | { readonly kind: 'error'; readonly error: ClientError };
