import type { StandbyNode } from '../types/log.ts';

/**
 * Which nodes that stand by are taken for alive. No clock is compared with theirs: what counts is when the reader saw that a node's object had changed,
 * by its own monotonic clock. One that it sees for the first time, or again after a long while, may have died since: it counts for one such time.
 * Nothing but lists of members rests on it, and whom the lead may be moved to; he who does not take it loses it again.
 */
export interface NodeSighting {
  readonly node: StandbyNode;
  /** Of the object as read: no two of a node's have the same bytes. */
  readonly etag: string;
  /** When the first of the unbroken row of reads that showed these bytes was answered. */
  readonly sinceMonotonicMs: number;
}

/** Of the node's own intervals, so that one beat may be lost or late. */
const intervalsOfLife = 3;

export function aliveForMs({ intervalMs }: Pick<StandbyNode, 'intervalMs'>): number {
  return intervalsOfLife * intervalMs;
}

export function countsAsAlive({ node, sinceMonotonicMs }: NodeSighting, atMonotonicMs: number): boolean {
  return atMonotonicMs - sinceMonotonicMs < aliveForMs(node);
}
