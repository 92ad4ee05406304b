import { clientErrors } from '../core/types/error.ts';
import type { HashKvResponse } from '../core/types/response.ts';
import { DatabaseError } from '../host/database.ts';
import type { Node } from '../host/node.ts';
import { countKeys } from './recover.ts';
import { DrillFailure } from './failure.ts';
import type { Reference, ReferenceHash } from './reference.ts';

export type Hash = Extract<ReferenceHash, { readonly kind: 'hash' }>;

export interface Compared {
  readonly expected: Hash;
  readonly recovered: Pick<HashKvResponse, 'hash' | 'compactRevision'>;
  readonly keys: number;
}

/** Compactions of a busy server between question and answer. */
const attemptsMax = 10;

/**
 * The hash of one revision on both sides, on the same compaction: they compare on no other. The branch is of the log, which may have a compaction that
 * the server had not when it answered, and is asked again; one that the branch has not is made up for there. Undefined: the server has compacted
 * the revision away.
 */
export async function compareAt(
  node: Node,
  reference: Reference,
  first: Hash,
  signal: AbortSignal,
): Promise<Compared | undefined> {
  let expected: ReferenceHash = first;
  const { revision } = first;
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    if (expected.kind === 'compacted') return undefined;
    const recovered = await hashOf(node, revision, signal);
    if (recovered.compactRevision === expected.compactRevision) {
      return { expected, recovered, keys: await countKeys(node, revision, signal) };
    }
    if (recovered.compactRevision > expected.compactRevision) expected = await reference.hashAt(revision, signal);
    else await compact(node, expected.compactRevision, signal);
  }
  throw new DrillFailure('unknown', `the server was compacted in each of ${attemptsMax} attempts to compare with it`);
}

async function hashOf(node: Node, revision: number, signal: AbortSignal): Promise<HashKvResponse> {
  try {
    return (await node.request<'hash-kv'>({ kind: 'hash-kv', revision }, signal)).response;
  } catch (error) {
    const isFuture =
      error instanceof DatabaseError && error.clientError.message === clientErrors.futureRevision.message;
    if (!isFuture) throw error;
    throw new DrillFailure('mismatch', `the recovered state ends below revision ${revision}`, error);
  }
}

async function compact(node: Node, revision: number, signal: AbortSignal): Promise<void> {
  // Of the drill's own branch: it may have begun under an alarm, and nobody else writes there.
  const { response } = await node.request<'status'>({ kind: 'status' }, signal);
  for (const { alarm, memberId } of response.alarms) {
    await node.request<'alarm'>({ kind: 'alarm', action: 'deactivate', alarm, memberId }, signal);
  }
  await node.request<'compact'>({ kind: 'compact', revision, physical: false }, signal);
}
