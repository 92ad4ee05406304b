import { clientErrors, type ClientError, type StatusName } from '../core/types/error.ts';
import { DatabaseError } from '../host/database.ts';

/** Why a call failed, for programs. `store`: the store cannot be used. `unknown`: an error that has no name of its own. */
export type ErrorReason = keyof typeof clientErrors | BranchReason | 'aborted' | 'closed' | 'store' | 'unknown';

/**
 * Of calls about branches. `refused`: the store answers, and what is in it does not allow it: damage, nothing there, or others were faster;
 * the message says which. `heldByDisks`: with durability `local` the last revision is not in the store.
 */
export type BranchReason =
  'noSuchBranch' | 'nameTaken' | 'hasBranches' | 'inUse' | 'notBegun' | 'heldByDisks' | 'refused';

/** What every call of this library rejects with, except for arguments that make no sense (`TypeError`, `RangeError`). */
export class T4Error extends Error {
  override readonly name: string = 'T4Error';
  readonly reason: ErrorReason;
  /** gRPC's name for the kind of error; `Unavailable` may be tried again, but a write may have happened all the same. */
  readonly status: StatusName;

  constructor(reason: ErrorReason, status: StatusName, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.status = status;
  }
}

/** The revision asked for is no longer kept. */
export class CompactedError extends T4Error {
  override readonly name = 'CompactedError';
  /** Nothing below this revision is kept; a watch can start here. Undefined where the server did not tell. */
  readonly compactRevision: number | undefined;

  constructor(compactRevision: number | undefined, cause?: unknown) {
    super('compacted', clientErrors.compacted.status, clientErrors.compacted.message, cause);
    this.compactRevision = compactRevision;
  }
}

/** A watch ended that was not closed. */
export class WatchEndedError extends T4Error {
  override readonly name = 'WatchEndedError';
  /** A new watch with this `fromRevision` misses nothing and repeats nothing. */
  readonly resumeRevision: number;

  constructor(error: ClientError, resumeRevision: number) {
    super(reasonOf(error), error.status, error.message);
    this.resumeRevision = resumeRevision;
  }
}

export const closedMessage = 'the database was closed';

export function toT4Error(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const { clientError } = error;
  const reason = reasonOf(clientError);
  if (reason === 'compacted') return new CompactedError(undefined, error);
  return new T4Error(reason, clientError.status, clientError.message, error);
}

export function reasonOf(error: ClientError): ErrorReason {
  for (const [reason, known] of Object.entries(clientErrors)) {
    if (known.message === error.message) return reason as keyof typeof clientErrors;
  }
  return error.status === 'Canceled' ? 'aborted' : 'unknown';
}
