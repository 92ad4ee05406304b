import { Contention } from '../failure.ts';
import type { Core } from '../core.ts';
import { claim } from '../recover/claim-epoch.ts';
import { createDatabase } from '../recover/create-database.ts';
import { sealFence } from '../recover/reopen.ts';
import { readControl } from '../reign/control-object.ts';
import type { Reign } from '../reign/reign.ts';
import { writeControl } from '../reign/renew.ts';
import type { Task } from '../task.ts';
import type { DatabaseFound } from '../tool/read-database.ts';
import { readOn, type LogEnd } from '../tool/read-up-to.ts';
import { publishSegment } from '../write/publish.ts';
import { mayLetGo, servedUntilMonotonicMs } from './served-until.ts';

/**
 * A tool takes the lead of a database, to end its log: the epoch first, by compare-and-swap and whoever leads; then the fence.
 *
 * - From the claim on nobody else can fill a slot after the fence: where the log ends is known for certain.
 * - The former leader may go on to answer reads until its lease lapses: nobody may serve anything newer before `servedUntilMonotonicMs`.
 * - A tool that dies leaves a lease that lapses, and a fence: any node takes over as after any other leader.
 */
export interface Seized {
  readonly kind: 'seized';
  readonly reign: Reign;
  /** On this machine's monotonic clock, with the bound on drift. */
  readonly servedUntilMonotonicMs: number;
}

export interface HeldByDisks {
  readonly kind: 'held-by-disks';
  /** Whose disks may hold acknowledged records that no slot holds. */
  readonly inSync: readonly bigint[];
}

const attemptsMax = 50;
const renewalsPerLease = 3;
/** No member's. */
const toolMemberId = 0n;

export function* seize(core: Core, name: string): Task<Seized | HeldByDisks> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const observed = yield* readControl(core);
    if (observed === undefined) {
      yield* createDatabase(core);
      continue;
    }
    const { control } = observed;
    if (control.rule !== 'object') return { kind: 'held-by-disks', inSync: control.inSync };
    const leader = { memberId: toolMemberId, name, clientUrls: [] };
    const reign = yield* claim(core, observed, leader, control.leaseMs);
    if (reign === undefined) continue;
    return { kind: 'seized', reign, servedUntilMonotonicMs: servedUntilMonotonicMs(observed, core.at.monotonicMs) };
  }
  throw new Contention(`others changed the lease in each of ${attemptsMax} attempts: nothing was changed, try again`);
}

/** Fills the next free slot; the end of the log before it. */
export function* fenceOff(core: Core, { reign }: Seized, database: DatabaseFound, from: LogEnd): Task<LogEnd> {
  for (let end = from; ;) {
    end = yield* readOn(core, database, end);
    const { databaseId } = database.manifest;
    if (end.position.epoch >= reign.epoch) throw takenOver();
    const fence = sealFence(core, reign, end, databaseId, []);
    const publication = yield* publishSegment(core, fence.identity, fence.segment);
    if (publication.kind === 'deposed') throw takenOver();
    if (publication.kind === 'taken') continue;
    reign.durableSlot = fence.segment.slot;
    return { ...end, wallMs: fence.chain.wallMs };
  }
}

/** To be called between steps: nobody need take over from somebody who is at work. Throws when somebody has. */
export function* keepSeized(core: Core, { reign }: Seized): Task<void> {
  if (core.at.monotonicMs < renewAtMonotonicMs(reign)) return;
  const verdict = yield* writeControl(core, reign, { ...reign.control, released: false, heir: undefined });
  if (verdict !== 'written') throw takenOver();
}

export function renewAtMonotonicMs({ leaseSentAt, control }: Reign): number {
  return leaseSentAt.monotonicMs + Math.floor(control.leaseMs / renewalsPerLease);
}

/** Whoever looks need not wait for this lease to lapse; but never for less than the former leader's. */
export function* letGo(core: Core, { reign, servedUntilMonotonicMs: untilMs }: Seized): Task<void> {
  if (!mayLetGo(untilMs, core.at.monotonicMs)) return;
  yield* writeControl(core, reign, { ...reign.control, leader: undefined, released: true, heir: undefined });
}

export function takenOver(): Contention {
  return new Contention('a node took over the lead meanwhile: nothing was rolled back, try again');
}
