import { authContentOf } from '../auth/auth-state.ts';
import { log, type Core } from '../core.ts';
import type { LeaseClock } from '../lease/lease-clock.ts';
import type { DurableState } from '../lead/durable-state.ts';
import { snapshotsMax } from '../limits.ts';
import type { State } from '../state/state.ts';
import { until, waitFor, type Scope, type Signal, type Task } from '../task.ts';
import type { LeaseGrantState } from '../types/log.ts';
import type { SnapshotResponse } from '../types/response.ts';
import { retainedInOrder } from './retained-in-order.ts';

/**
 * A reign's snapshots: durable state of one moment, which stays readable until whoever asked is done with it. Writes and compactions go
 * on; what a compaction makes obsolete is dropped when the last snapshot is closed.
 *
 * A snapshot is not begun while a scrub waits for others to be closed: however many ask, what is obsolete goes.
 */
export interface Snapshots {
  /** False: there are too many already. */
  ask(id: number): boolean;
  /** Answered or not; an unknown id is ignored. */
  close(id: number): void;
  unanswered(): readonly number[];
}

export interface SnapshotEdges {
  readonly durable: DurableState;
  /** A scrub could go on now, were it not for snapshots. */
  scrubWaits(): boolean;
  readonly scrubbed: Signal;
  began(): void;
  /** The last one that was open is closed. */
  ended(): void;
  answer(id: number, response: SnapshotResponse): void;
}

export function createSnapshots(
  core: Core,
  scope: Scope,
  state: State,
  leases: LeaseClock,
  edges: SnapshotEdges,
): Snapshots {
  /** Those that are not closed yet. */
  const snapshots = new Map<number, 'waiting' | 'ordering' | 'answered'>();

  function* take(id: number): Task<void> {
    while (edges.scrubWaits()) yield* waitFor(edges.scrubbed);
    if (!snapshots.has(id)) return;
    snapshots.set(id, 'ordering');
    edges.began();
    const { revision, compactRevision, sequence, auth, alarms } = edges.durable;
    const moment = { revision, compactRevision, sequence, auth: authContentOf(auth), alarms, leases: durableLeases() };
    const ordering = retainedInOrder(state, moment);
    for (let step = ordering.next(); ; step = ordering.next()) {
      if (step.done === true) {
        snapshots.set(id, 'answered');
        log(core, 'info', 'snapshot begun', { revision, compactRevision, versions: step.value.length });
        edges.answer(id, { kind: 'snapshot', ...moment, versions: step.value });
        return;
      }
      yield* until(core.at.monotonicMs);
      if (!snapshots.has(id)) return;
    }
  }

  function durableLeases(): readonly LeaseGrantState[] {
    const granted = leases.byExpiry().map((lease) => {
      const ttlSeconds = leases.remaining(lease, core.at.monotonicMs)!.grantedSeconds;
      return { lease, ttlSeconds };
    });
    return granted.sort((left, right) => (left.lease < right.lease ? -1 : 1));
  }

  return {
    ask(id) {
      if (snapshots.size >= snapshotsMax) return false;
      snapshots.set(id, 'waiting');
      scope.spawn(take(id));
      return true;
    },
    close(id) {
      const before = snapshots.get(id);
      snapshots.delete(id);
      const isLast = [...snapshots.values()].every((stage) => stage === 'waiting');
      if (before === 'answered') log(core, 'info', 'snapshot ended', { stillOpen: snapshots.size });
      if (before !== undefined && before !== 'waiting' && isLast) edges.ended();
    },
    unanswered: () => [...snapshots].flatMap(([id, stage]) => (stage === 'answered' ? [] : [id])),
  };
}
