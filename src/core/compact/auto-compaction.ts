import type { AutoCompaction } from '../types/auto-compaction.ts';

/**
 * Which revision a leader compacts at by itself, and when: etcd's compactors (`server/etcdserver/api/v3compactor`), told of the time instead of
 * asking for it. A new leader begins anew: it has seen no revision yet, so it compacts later than the one before it would have, never earlier.
 */
export interface AutoCompactor {
  /** To be asked this often. */
  readonly intervalMs: number;
  /** `revision`: the newest. The revision to compact at, or undefined: nothing to do. */
  due(revision: number, nowMs: number): number | undefined;
  /** That revision is compacted, or already was. Else it is asked for again. */
  compacted(revision: number, nowMs: number): void;
}

const revisionIntervalMs = 5 * 60_000;
const periodicIntervalMsMax = 3_600_000;
const samplesPerInterval = 10;

export function createAutoCompactor(compaction: AutoCompaction, revision: number, nowMs: number): AutoCompactor {
  return compaction.kind === 'periodic'
    ? createPeriodic(compaction.retentionMs, revision, nowMs)
    : createByRevision(compaction.revisions);
}

/** Remembers the revision of each tenth of the interval, for as long as is kept: the oldest of them is the one of so long ago. */
function createPeriodic(retentionMs: number, firstRevision: number, startMs: number): AutoCompactor {
  const compactIntervalMs = Math.min(retentionMs, periodicIntervalMsMax);
  const intervalMs = Math.max(1, compactIntervalMs / samplesPerInterval);
  const samplesMax = Math.floor(retentionMs / intervalMs) + 1;
  const samples = [firstRevision];
  let lastMs = startMs;
  let last = 0;
  let waitMs = retentionMs;
  return {
    intervalMs,
    due(revision, nowMs) {
      const [oldest] = samples as [number, ...number[]];
      samples.push(revision);
      if (samples.length > samplesMax) samples.shift();
      if (nowMs - lastMs < waitMs || oldest === last) return undefined;
      // Once the whole time has passed, at the shorter interval.
      waitMs = compactIntervalMs;
      return oldest;
    },
    compacted(revision, nowMs) {
      last = revision;
      lastMs = nowMs;
    },
  };
}

function createByRevision(revisions: number): AutoCompactor {
  let last = 0;
  return {
    intervalMs: revisionIntervalMs,
    due(revision) {
      const target = revision - revisions;
      return target <= 0 || target === last ? undefined : target;
    },
    compacted(revision) {
      last = revision;
    },
  };
}
