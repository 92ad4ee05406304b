import { keepCompacting } from '../compact/keep-compacting.ts';
import type { Core } from '../core.ts';
import { startLeases } from '../lease/start-leases.ts';
import { noValues } from '../read/view.ts';
import type { RecoveredDatabase } from '../recover/recover.ts';
import type { Reign } from '../reign/reign.ts';
import type { Scope, Task } from '../task.ts';
import type { Caller } from '../types/auth.ts';
import type { ClientError } from '../types/error.ts';
import type { Request } from '../types/request.ts';
import type { CheckedStatus, KeepingStatus } from '../types/response.ts';
import type { ValuesWanted } from '../values/edge-values.ts';
import type { LoadingStatus } from '../values/value-source.ts';
import type { WatchCounts } from '../watch/watch-hub.ts';
import { admitCompaction } from './admit.ts';
import { refusalByDurable } from './allowed.ts';
import { createLeader } from './create-leader.ts';
import { dispatch, receive } from './dispatch.ts';
import type { DurableState } from './durable-state.ts';
import { keepHouse } from './keep-house.ts';
import type { Leader } from './leader.ts';
import { abandon, drain, end } from './leave.ts';
import { raiseCorrupt } from './raise-alarm.ts';
import type { WatchEvent } from './watches.ts';

/**
 * A node in power: requests in, answers and watch responses out. The way of a request, a file a stage:
 *
 *   dispatch.ts      which of the ways below it takes
 *   lease-gate.ts    what must be the newest waits for the lease on leadership
 *   allowed.ts       the caller is allowed, or not
 *   answer-read.ts, answer-lease.ts   it only looks: answered from the durable state, or from the head
 *   loading-requests.ts   values that are not in memory are read, and it is evaluated again
 *   admit.ts         it may write: evaluated on the head, its record goes into the pipeline
 *   ../write/pipeline.ts   group commit: a frame, a segment, a slot
 *   commit.ts        the frame is durable: its effects are shown, the local store follows
 *   answer-when-durable.ts   answers leave when all that they rest on is durable
 *
 * Beside requests: keep-house.ts (timers), watches.ts, keeping.ts (checkpoints and the collector), checking.ts (what is served against the
 * object store), and at the end leave.ts.
 *
 * Invariants:
 * - An answer that only reads is computed while the lease on leadership is held: no other node can have written since.
 * - A caller is allowed or not by the very state on which its request is evaluated.
 * - Reads see the durable revision; what may write is evaluated on the head, and its answer, a failed compare and an error too, waits
 *   until everything it was computed on is durable.
 * - When the reign ends, everything not yet answered is answered with an error, once.
 */
export interface Leadership {
  /** No caller: the process itself. */
  request(id: number, request: Request, caller: Caller | undefined): void;
  abandon(id: number): void;
  /** The edge is done with the snapshot that this request was answered with. */
  closeSnapshot(id: number): void;
  /** The edge wants values that it has not found in the local store. */
  valuesWanted(wanted: ValuesWanted): void;
  /** What is against the caller, by what is durable. */
  refusal(request: Request, caller: Caller | undefined): ClientError | undefined;
  watch(event: WatchEvent): void;
  /** Refuses what is new with this error, and finishes what was admitted. */
  drain(refusal: ClientError): Task<void>;
  /** Once drained: the next start has little left to replay. Can take long; it may be left at any point. */
  lastCheckpoint(): Task<void>;
  /** Answers everything that waits; the reign's scope has been cancelled. */
  end(error: ClientError): void;
  leaseHeld(): boolean;
  readonly durable: DurableState;
  readonly database: RecoveredDatabase;
  watchCounts(): WatchCounts;
  checkpointSlot(): number;
  /** Undefined: every value is local. */
  loading(): LoadingStatus | undefined;
  keeping(): KeepingStatus;
  /** Undefined: nothing was held against the object store yet. */
  checked(): CheckedStatus | undefined;
}

export function createLeadership(
  core: Core,
  scope: Scope,
  reign: Reign,
  database: RecoveredDatabase,
  deposed: (reason: string) => void,
): Leadership {
  const leader = createLeader(core, scope, reign, database, deposed);
  const { durable, leaseGate, snapshots, edgeValues, watches, keeping, checking, values } = leader;
  start(leader);

  return {
    request: (id, request, caller) => receive(leader, id, request, caller),
    abandon: (id) => abandon(leader, id),
    closeSnapshot: snapshots.close,
    valuesWanted: edgeValues.ask,
    refusal: (request, caller) => refusalByDurable(leader, request, caller),
    watch: watches.handle,
    drain: (refusal) => drain(leader, refusal),
    lastCheckpoint: keeping.checkpoints.finish,
    end: (error) => end(leader, error),
    leaseHeld: leaseGate.isHeld,
    durable,
    database,
    watchCounts: watches.hub.counts,
    checkpointSlot: keeping.checkpointSlot,
    loading: values.loading,
    keeping: keeping.status,
    checked: checking.status,
  };
}

/** What goes on for as long as the reign. */
function start(leader: Leader): void {
  const { core, scope, state, durable, leases, leaseGate, keeping, checking, hashes, scrubbing } = leader;
  startLeases(leases, state.leases.all(), core.at.monotonicMs);
  scope.spawn(keepHouse(leader));
  scope.spawn(leaseGate.followRenewals((asked) => dispatch(leader, asked, noValues)));
  scope.spawn(
    keepCompacting(core, {
      revision: () => durable.revision,
      compact: (revision) => admitCompaction(leader, revision),
    }),
  );
  scope.spawn(keeping.checkpoints.keep());
  scope.spawn(hashes.keep());
  scope.spawn(keeping.collect());
  scope.spawn(checking.keep((mismatch) => raiseCorrupt(leader, mismatch)));
  if (durable.compactRevision > 0) scrubbing.start();
}
