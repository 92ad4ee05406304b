import { StoreUrlError } from '../adapters/open-store.ts';
import type { S3Credentials } from '../adapters/s3/client.ts';
import { parseStoreUrl } from '../adapters/store-url.ts';
import { isBranchName } from '../core/format/keys.ts';
import type { ReadUpTo } from '../core/tool/read-up-to.ts';
import { clientErrors } from '../core/types/error.ts';
import type { Cut } from '../core/types/log.ts';
import { ToolError } from '../host/run-tool.ts';
import { CompactedError, T4Error } from './error.ts';
import { NoSuchFolderError, openFamilySession, type FamilySession } from './family-session.ts';
import { NoSuchBranchError } from './open-family-store.ts';
import { wholeNumber } from './requests.ts';

/** What the calls about branches share: which store, which moment, and the words for what went wrong. */

export interface StoreOptions {
  /** The database, as for `open`: `s3://…` or `file:…`; a branch is its family's store followed by `/branches/<name>`. */
  readonly store: string;
  /** Keys for an S3 store. Default: its profile, else the AWS SDK's order (environment, files, role). */
  readonly credentials?: S3Credentials;
  /** Ends the call; what it has begun to write may still happen, and the same call goes on from there. */
  readonly signal?: AbortSignal;
}

/** At most one of the two. */
export interface PlaceOptions {
  readonly atRevision?: number;
  /** The last group of writes that was sealed at or before this moment, by the clock of the node that led. A number is milliseconds since 1970. */
  readonly atTime?: Date | number;
}

export async function withFamily<Result>(
  { store, credentials, signal }: StoreOptions,
  use: (session: FamilySession) => Promise<Result>,
): Promise<Result> {
  const parsed = parseStoreUrl(store);
  if (parsed.kind === 'invalid') throw new TypeError(`\`store\`: ${parsed.message}`);
  if (parsed.location.kind === 'memory') throw new TypeError('`store`: a database in memory has no branches');
  const options = {
    log: () => undefined,
    ...(credentials === undefined ? {} : { credentials }),
    ...(signal === undefined ? {} : { signal }),
  };
  let session: FamilySession | undefined;
  try {
    session = await openFamilySession(parsed.location, options);
    return await use(session);
  } catch (error) {
    throw toBranchError(error);
  } finally {
    await session?.close();
  }
}

function toBranchError(error: unknown): unknown {
  if (error instanceof StoreUrlError) return new TypeError(`\`store\`: ${error.message}`, { cause: error });
  if (error instanceof NoSuchFolderError) return new T4Error('store', 'NotFound', error.message, error);
  if (error instanceof NoSuchBranchError) return new T4Error('noSuchBranch', 'NotFound', error.message, error);
  if (!(error instanceof ToolError)) return error;
  switch (error.reason) {
    case 'aborted':
      return new T4Error('aborted', 'Canceled', error.message, error);
    case 'store':
      return new T4Error('store', 'Unavailable', error.message, error);
    case 'damage':
    case 'contention':
      return new T4Error('refused', 'FailedPrecondition', error.message, error);
    case 'bug':
      return error;
  }
}

export function branchNameOf(option: string, name: string): string {
  if (typeof name === 'string' && isBranchName(name)) return name;
  throw new TypeError(
    `\`${option}\`: ${JSON.stringify(name)} is no name of a branch: a letter or digit first, then a-z, 0-9, dot, underscore and hyphen, at most 64 characters`,
  );
}

/** Undefined: neither is given. */
export function cutOf({ atRevision, atTime }: PlaceOptions): Cut | undefined {
  if (atRevision !== undefined && atTime !== undefined) {
    throw new TypeError('`atRevision` and `atTime` name two places: give one of them');
  }
  if (atRevision !== undefined) {
    const revision = wholeNumber('atRevision', atRevision);
    if (revision < 1) throw new RangeError('`atRevision`: revisions begin with 1');
    return { kind: 'revision', revision };
  }
  if (atTime === undefined) return undefined;
  const wallMs = Number(atTime);
  if (!Number.isFinite(wallMs) || wallMs < 0) throw new RangeError('`atTime` is no time');
  if (wallMs > Date.now()) throw new RangeError('`atTime` is in the future');
  return { kind: 'moment', wallMs: Math.floor(wallMs) };
}

export function unreadableCut(answer: Exclude<ReadUpTo, { readonly kind: 'read' }>): T4Error {
  switch (answer.kind) {
    case 'compacted':
      return new CompactedError(answer.revision);
    case 'future': {
      const { status, message } = clientErrors.futureRevision;
      return new T4Error('futureRevision', status, `${message}: the log ends at revision ${answer.revision}`);
    }
    case 'not-begun': {
      const began = new Date(answer.wallMs).toISOString();
      return new T4Error('notBegun', 'OutOfRange', `the database did not exist yet: it began at ${began}`);
    }
  }
}

export function nameTaken(name: string): T4Error {
  return new T4Error('nameTaken', 'FailedPrecondition', `there is a branch ${name} already`);
}
