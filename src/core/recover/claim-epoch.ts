import { drawId, log, type Core } from '../core.ts';
import { encodeControl } from '../format/control.ts';
import { controlKey } from '../format/keys.ts';
import { leaseStart } from '../lease/lease-start.ts';
import { mayTakeOver, sightControl, takeOverAtMonotonicMs, type ControlSighting } from '../lease/may-take-over.ts';
import { readControl, type ObservedControl } from '../reign/control-object.ts';
import { createReign, type Reign } from '../reign/reign.ts';
import { settledPut } from '../store/objects.ts';
import { createSignal, fire, until, type Signal, type Task } from '../task.ts';
import type { Control, ControlLeader } from '../types/log.ts';
import { createDatabase } from './create-database.ts';
import { mayLeadUnderRule } from './may-lead-under-rule.ts';

/** What a node that does not lead knows of the one that does. */
export interface Standby {
  observed: ObservedControl | undefined;
  sighting: ControlSighting | undefined;
  /** Epoch whose holder has been named in the log; 0: none. */
  reportedEpoch: number;
  /** Fired when the lead cannot be taken yet. */
  readonly waitingSignal: Signal;
  /** Fired when `control` was read. */
  readonly observedSignal: Signal;
  /** Key, from the family's root, of what this node has said of itself; undefined: nothing. */
  presentAs: string | undefined;
}

export function createStandby(): Standby {
  return {
    observed: undefined,
    sighting: undefined,
    reportedEpoch: 0,
    waitingSignal: createSignal(),
    observedSignal: createSignal(),
    presentAs: undefined,
  };
}

const pollsPerLease = 4;
/** However long the lease: one that is given back is found soon. */
const pollMsMax = 1_000;
const ruleTopic = 'takeover';

/** Stands by until this node may lead, and wins the epoch. */
export function* claimEpoch(core: Core, standby: Standby): Task<Reign> {
  for (;;) {
    const observed = yield* readControl(core);
    if (observed === undefined) {
      yield* createDatabase(core);
      continue;
    }
    reportLeader(core, standby, observed.control);
    standby.observed = observed;
    fire(standby.observedSignal);
    standby.sighting = sightControl(standby.sighting, observed.etag, core.at.monotonicMs);
    const refusal = mayLeadUnderRule(observed.control, core.configuration.memberId, core.configuration.acceptLocalLoss);
    if (refusal !== undefined) core.problems.set(ruleTopic, refusal);
    else core.problems.delete(ruleTopic);
    if (
      refusal === undefined &&
      mayTakeOver(observed.control, standby.sighting, core.at.monotonicMs, core.configuration.memberId)
    ) {
      const { memberId, name, clientUrls, leaseMs } = core.configuration;
      const reign = yield* claim(core, observed, { memberId, name, clientUrls }, leaseMs);
      if (reign !== undefined) return reign;
      continue;
    }
    fire(standby.waitingSignal);
    yield* until(nextLook(core, observed.control, standby.sighting, refusal !== undefined));
  }
}

/** Says once for whom this node stands by, so that nobody takes the wait for a hang. */
function reportLeader(core: Core, standby: Standby, control: Control): void {
  const { leader } = control;
  if (leader === undefined || control.released) return;
  if (standby.reportedEpoch === control.epoch) return;
  standby.reportedEpoch = control.epoch;
  log(core, 'info', 'standing by: another node, or an earlier run of this one, holds the lease on leadership', {
    holder: leader.name,
    epoch: control.epoch,
    leaseMs: control.leaseMs,
  });
}

function nextLook(core: Core, control: Control, sighting: ControlSighting, refused: boolean): number {
  const poll = core.at.monotonicMs + Math.min(pollMsMax, Math.ceil(control.leaseMs / pollsPerLease));
  if (refused) return poll;
  const due = takeOverAtMonotonicMs(control, sighting, core.configuration.memberId);
  return due > core.at.monotonicMs && due < poll ? due : poll;
}

/** Undefined: somebody else was faster. */
export function* claim(
  core: Core,
  observed: ObservedControl,
  leader: Omit<ControlLeader, 'nonce'>,
  leaseMs: number,
): Task<Reign | undefined> {
  const nonce = drawId(core);
  const control: Control = {
    ...observed.control,
    epoch: Math.max(observed.control.epoch, core.epochMet) + 1,
    leader: { ...leader, nonce },
    released: false,
    heir: undefined,
    leaseMs,
    renewal: 0,
  };
  const sentAt = core.at;
  const put = yield* settledPut(core, controlKey, encodeControl(control, core.digest), {
    kind: 'match',
    etag: observed.etag,
  });
  if (put.kind !== 'ours') return undefined;
  log(core, 'info', 'epoch claimed', { epoch: control.epoch });
  return createReign(control, put.etag, nonce, leaseStart({ sentAt, answeredAt: core.at }));
}
