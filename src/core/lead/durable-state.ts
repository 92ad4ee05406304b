import { applyAlarmRecord } from '../alarm/alarms.ts';
import type { Alarms } from '../types/alarm.ts';
import type { AuthGround } from '../auth/auth-ground.ts';
import { applyAuthRecord } from '../auth/auth-state.ts';
import type { AuthState } from '../types/auth.ts';
import type { LeaseClock } from '../lease/lease-clock.ts';
import { settleCompaction } from '../compact/scrub.ts';
import type { Recovered } from '../recover/recovered.ts';
import { previousVersion, type State } from '../state/state.ts';
import type { Version } from '../types/version.ts';
import type { WatchHub } from '../watch/watch-hub.ts';
import type { WatchSource } from '../watch/watch-source.ts';
import type { AdmittedRecord } from '../write/seal.ts';

/** What is durable as promised, and so may be shown. The state itself runs ahead of it by what is under way. */
export interface DurableState {
  sequence: number;
  revision: number;
  compactRevision: number;
  auth: AuthState;
  alarms: Alarms;
}

/** When a reign begins, all that was recovered is durable. */
export function durableAtStart({ position, state }: Recovered): DurableState {
  const { sequence, revision, compactRevision } = position;
  return { sequence, revision, compactRevision, auth: state.auth, alarms: state.alarms };
}

/** Shows the effect of one more durable record: to reads, watchers and lease clocks. */
export function show(
  durable: DurableState,
  { record, versions }: AdmittedRecord,
  state: State,
  hub: WatchHub,
  leases: LeaseClock,
  nowMs: number,
): void {
  durable.sequence += 1;
  switch (record.kind) {
    case 'write':
      durable.revision = record.revision;
      hub.committed(versions, record.revision);
      return;
    case 'lease-revoke':
      leases.forget(record.lease);
      if (record.revision === 0) return;
      durable.revision = record.revision;
      hub.committed(versions, record.revision);
      return;
    case 'lease-grant':
      leases.grant(record.lease, record.ttlSeconds, nowMs);
      return;
    case 'compact':
      durable.compactRevision = record.revision;
      settleCompaction(state, record.revision);
      hub.compacted();
      return;
    case 'auth':
      durable.auth = applyAuthRecord(durable.auth, record);
      return;
    case 'alarm':
      durable.alarms = applyAlarmRecord(durable.alarms, record);
      return;
    case 'fence':
      return;
  }
}

/** By what a request is allowed that reads what is durable. */
export function groundOfDurable({ auth, alarms }: DurableState, { leases }: State): AuthGround {
  return { auth, alarms, leases };
}

export function watchSourceOf(durable: DurableState, state: State, epoch: number): WatchSource {
  return {
    durableRevision: () => durable.revision,
    compactRevision: () => durable.compactRevision,
    term: () => epoch,
    history: (fromRevision, toRevision) => historyOf(state, fromRevision, toRevision),
    previous: (version) => previousVersion(state, version),
  };
}

const revisionsPerPage = 512;

function* historyOf(state: State, fromRevision: number, toRevision: number): Generator<Version> {
  for (let from = fromRevision; from <= toRevision; from += revisionsPerPage) {
    yield* state.history.between(from, Math.min(toRevision, from + revisionsPerPage - 1));
  }
}
