import type { CheckpointRequests } from '../checkpoint/checkpoint-requests.ts';
import type { Scrubbing } from '../compact/scrubbing.ts';
import type { Core } from '../core.ts';
import type { Hashing } from '../hash/answer-hashes.ts';
import type { LeaseClock } from '../lease/lease-clock.ts';
import type { RecoveredDatabase } from '../recover/recover.ts';
import type { Reign } from '../reign/reign.ts';
import type { Snapshots } from '../snapshot/take-snapshots.ts';
import type { State } from '../state/state.ts';
import type { Scope } from '../task.ts';
import type { ClientError } from '../types/error.ts';
import type { EdgeValues } from '../values/edge-values.ts';
import type { ValueSource } from '../values/value-source.ts';
import type { PendingAnswer, PendingAnswers } from '../write/acknowledge.ts';
import type { Pipeline } from '../write/pipeline.ts';
import type { Answers } from './answers.ts';
import type { Checking } from './checking.ts';
import type { DurableState } from './durable-state.ts';
import type { Keeping } from './keeping.ts';
import type { LeaseGate } from './lease-gate.ts';
import type { LoadingRequests } from './loading-requests.ts';
import type { Watches } from './watches.ts';

/** What the parts of a node in power share. */
export interface Leader {
  readonly core: Core;
  /** Ends with the reign. */
  readonly scope: Scope;
  readonly reign: Reign;
  readonly database: RecoveredDatabase;
  /** The head: it holds the effect of all that was admitted, durable or not. */
  readonly state: State;
  /** What of it may be shown. */
  readonly durable: DurableState;
  readonly pipeline: Pipeline;
  /** When the clients' leases expire. */
  readonly leases: LeaseClock;
  readonly values: ValueSource;
  readonly watches: Watches;
  readonly scrubbing: Scrubbing;
  readonly keeping: Keeping;
  readonly checking: Checking;

  readonly answers: Answers;
  /** Answers that wait until all that they rest on is durable. */
  readonly pending: PendingAnswers;
  /** Answers to compactions that wait until what is obsolete is gone. */
  readonly compacting: PendingAnswer[];

  /** Requests that wait for the lease on leadership. */
  readonly leaseGate: LeaseGate;
  /** Requests that wait for values. */
  readonly loading: LoadingRequests;
  readonly checkpointRequests: CheckpointRequests;
  readonly hashes: Hashing;
  readonly snapshots: Snapshots;
  readonly edgeValues: EdgeValues;

  /** With what everything new is refused; undefined: it is taken. */
  refusal: ClientError | undefined;
}
