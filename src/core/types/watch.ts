import type { KeyRange } from './key-range.ts';
import type { Version } from './version.ts';

export interface WatchCreateRequest extends KeyRange {
  /** 0: the stream picks the next free id. */
  readonly watchId: bigint;
  /** 0: from the next revision on. Negative: refused as compacted, as etcd does. */
  readonly startRevision: number;
  readonly progressNotify: boolean;
  readonly noPut: boolean;
  readonly noDelete: boolean;
  readonly previousKv: boolean;
  readonly fragment: boolean;
}

export interface WatchEvent {
  /** A tombstone is a DELETE; any other version a PUT. */
  readonly version: Version;
  /** The version before it; only where asked for, existing, and not compacted. */
  readonly previous: Version | undefined;
}

/** One message to a watch stream, before values are read and before it is cut into fragments. */
export interface WatchResponse {
  readonly watchId: bigint;
  /** Undefined: the header carries no revision (cancelled because compacted). */
  readonly revision: number | undefined;
  readonly term: number;
  readonly created: boolean;
  readonly canceled: boolean;
  /** Not 0: cancelled because the start revision lies below this one. */
  readonly compactRevision: number;
  readonly cancelReason: string;
  /** The watcher asked for large responses to be cut. */
  readonly fragment: boolean;
  /** Whole revisions, ascending; all matching events of a revision together. */
  readonly events: readonly WatchEvent[];
}
