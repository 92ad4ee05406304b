import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientErrors, type ClientError } from '../core/types/error.ts';
import { DatabaseError } from '../host/database.ts';
import { startNode, type Node, type NodeLog, type NodeOptions } from '../host/node.ts';
import { openLocal } from '../library/open-local.ts';
import { rangeRequest } from '../library/requests.ts';
import { DrillFailure } from './failure.ts';

/** A node of the branch on an empty folder, as one that takes over after the loss of everything but the store. */
export interface RecoveredNode {
  readonly node: Node;
  readonly readyMs: number;
  close(): Promise<void>;
}

export type NodeParts = Pick<NodeOptions, 'store' | 'home' | 'clock' | 'random' | 'digest' | 'compression'>;

/** No checkpoint, no collection: what is measured is the recovery. */
const quiet = { checkpointSegments: 1_000_000_000, checkpointIntervalMs: 0, collectIntervalMs: 0 } as const;
/** As a client that asks for nothing special: linearizable. */
const everything = rangeRequest({ prefix: '' }, {});

/** Rejects with a `DrillFailure` that says, in the node's words, what is wrong. */
export async function recoverNode(
  parts: NodeParts,
  folder: string,
  log: NodeLog,
  signal: AbortSignal,
): Promise<RecoveredNode> {
  const { clock } = parts;
  const beganMs = clock.now().monotonicMs;
  // Its own, and of nobody else on the machine: all of the database's values come into it.
  const making = mkdir(folder, { mode: 0o700 });
  const local = await making
    .then(() => openLocal(folder))
    .catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      throw new DrillFailure('unknown', `the folder for the drill cannot be used: ${message}`, error);
    });
  const { localStore, disk, memberId } = local;
  const node = startNode({ ...parts, ...quiet, localStore, disk, memberId, name: 'drill', clientUrls: [], log });
  const close = async (): Promise<void> => {
    await node.close();
    await local.close();
  };
  try {
    await answered(node, signal, () => node.request<'range'>({ ...everything, limit: 1 }, signal));
    return { node, readyMs: clock.now().monotonicMs - beganMs, close };
  } catch (error) {
    await close();
    throw signal.aborted ? error : await failureAfterReady(node, error);
  }
}

const betweenLooksMs = 10;

/**
 * A reign that meets damage in what it reads after it began to serve is over, and who asked is told no more than that. The next one recovers
 * from what is left, or the node ends and says why it cannot. The question only reads: it may be asked again.
 */
async function answered<Answer>(node: Node, signal: AbortSignal, ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    await node.whenReady(signal).catch((error: unknown) => {
      throw signal.aborted ? error : notRecovered(error);
    });
    try {
      return await ask();
    } catch (error) {
      if (!isOfReignEnd(error)) throw error;
    }
    await sleep(betweenLooksMs, undefined, { signal });
  }
}

const { leaderChanged, noLeader, stopped, timeout } = clientErrors;
const reignEnds: readonly ClientError[] = [leaderChanged, noLeader, stopped, timeout];

function isOfReignEnd(error: unknown): boolean {
  return error instanceof DatabaseError && reignEnds.some(({ message }) => message === error.clientError.message);
}

function notRecovered(error: unknown): DrillFailure {
  return new DrillFailure('not-recovered', error instanceof Error ? error.message : String(error), error);
}

/** Resolves when every value is local. Rejects when the node came to its end over one that is damaged, in its words. */
export async function untilFull(node: Node, signal: AbortSignal): Promise<void> {
  for (;;) {
    const ask = () => node.request<'status'>({ kind: 'status' }, signal);
    const { response } = await answered(node, signal, ask);
    if (response.role === 'leader' && response.loading === undefined) return;
    await sleep(betweenLooksMs, undefined, { signal });
  }
}

/** A node that was ready may still come to its end over what it reads later: then that is why nothing was answered. */
export async function failureAfterReady(node: Node, error: unknown): Promise<unknown> {
  if (!(error instanceof DatabaseError)) return error;
  if (node.role() !== 'failed') return notRecovered(error);
  const { failure } = await node.stopped;
  return new DrillFailure('not-recovered', failure ?? error.message, error);
}

/** Keys that exist at a revision. */
export async function countKeys(node: Node, revision: number, signal: AbortSignal): Promise<number> {
  return (await node.request<'range'>({ ...everything, revision, countOnly: true }, signal)).response.count;
}
