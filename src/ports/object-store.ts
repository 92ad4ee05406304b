/**
 * Object store: the only durable thing that nodes share.
 *
 * Contract (every implementation passes `test/contract/object-store.ts`):
 * - A call ends in exactly one of three ways: it happened, it was refused (and certainly did not happen), or its
 *   outcome is **unknown** (it may have happened, may happen later, or never). An implementation never reports
 *   `refused` for an attempt of which an earlier, unanswered try may have been applied.
 * - `put` is atomic: a reader sees the whole old object, the whole new one, or nothing.
 * - Read after write, and list after write, are consistent (as S3 has been since December 2020).
 * - Keys are `/`-separated ASCII, relative to the prefix of the store, and never start or end with `/`. The characters
 *   and lengths allowed are those of `adapters/object-key.ts`; a key that breaks them is our bug, and throws.
 * - An implementation does not retry by itself: who calls knows what a second attempt means.
 */
export interface ObjectStore {
  /** Where this store is, for people: `s3://bucket/prefix`, `file:/path`, `memory:`. Never holds a secret. */
  readonly description: string;
  put(key: string, body: Uint8Array, condition: PutCondition): Promise<PutOutcome>;
  /** Reads an object, or `range` of it: bytes from `start` up to, not including, `end` (cut at the object's end). */
  get(key: string, range?: ByteRange): Promise<GetOutcome>;
  /** Up to `limit` (at most 1,000) keys that start with `prefix` and sort after `after`, in ascending byte order. */
  list(prefix: string, options?: ListOptions): Promise<ListOutcome>;
  /** Deletes up to 1,000 objects. Deleting a missing one succeeds. Not atomic: `failed` names those left. */
  deleteMany(keys: readonly string[]): Promise<DeleteOutcome>;
  /** Frees sockets and handles. Calls under way may end as unknown. */
  close(): Promise<void>;
}

/** `absent`: `If-None-Match: *`. `match`: `If-Match: etag`. `none`: unconditional (scratch objects only). */
export type PutCondition =
  { readonly kind: 'absent' } | { readonly kind: 'match'; readonly etag: string } | { readonly kind: 'none' };

export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface ListOptions {
  readonly after?: string;
  readonly limit?: number;
}

export interface ObjectSummary {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970 by the store's clock; for people and grace periods, never for safety. */
  readonly lastModifiedMs: number;
}

/** Why an outcome is not ok, in a person's words, with the store's own code where it gave one. */
export interface StoreProblem {
  /** The store's code or the transport's: `SlowDown`, `AccessDenied`, `ECONNRESET`, `TimeoutError`, … */
  readonly code: string;
  readonly message: string;
  /** True when trying again cannot help without an operator: permission, missing bucket, bad credentials. */
  readonly permanent: boolean;
}

export type PutOutcome =
  | { readonly kind: 'ok'; readonly etag: string }
  /** 412: the condition did not hold. Nothing was written by this attempt. */
  | { readonly kind: 'condition-failed' }
  /** 409: another conditional write was under way; nothing was written; try again. */
  | { readonly kind: 'conflict' }
  /** Certainly not applied: the request was never sent, or the store refused it before acting (403, 404 bucket, 429, Amazon's 503 SlowDown). */
  | { readonly kind: 'refused'; readonly problem: StoreProblem }
  | { readonly kind: 'unknown'; readonly problem: StoreProblem };

export type GetOutcome =
  | {
      readonly kind: 'ok';
      readonly body: Uint8Array;
      readonly etag: string;
      /** Bytes of the whole object. */ readonly size: number;
    }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'failed'; readonly problem: StoreProblem };

export type ListOutcome =
  | { readonly kind: 'ok'; readonly objects: readonly ObjectSummary[]; readonly more: boolean }
  | { readonly kind: 'failed'; readonly problem: StoreProblem };

export type DeleteOutcome =
  | { readonly kind: 'ok' }
  | {
      readonly kind: 'failed';
      readonly problem: StoreProblem;
      /** Keys that may still be there. */ readonly failed: readonly string[];
    };
