import type { AuthContent } from '../types/auth.ts';
import type { LeaseGrantState } from '../types/log.ts';
import type { Version } from '../types/version.ts';

export interface ExpectedHash {
  readonly hash: number;
  readonly revision: number;
  readonly compactRevision: number;
}

/** State of somebody else's, to be made a database of. */
export interface ImportContent {
  readonly compactRevision: number;
  /** Ascending by revision and place in it, each once; those with a value have none at hand. */
  readonly versions: readonly Version[];
  readonly leases: readonly LeaseGrantState[];
  readonly auth: AuthContent;
  /** The hash that its owner has of its newest revision, if one compares; undefined: nobody was asked. */
  readonly expected: ExpectedHash | undefined;
  /** Of one of the versions that have one. */
  readValue(version: Version): Uint8Array;
}
