import type { Instant } from '../../ports/clock.ts';
import type { Control } from '../types/log.ts';
import { createSignal, type Signal } from '../task.ts';

/** One stay in power: from the compare-and-swap that won it to the moment it is known to be over. */
export interface Reign {
  readonly epoch: number;
  readonly nonce: Uint8Array;
  /** `control` as this reign last wrote it. */
  control: Control;
  controlEtag: string;
  /** When the write that `control` now holds was first sent: the lease counts from just before it. */
  leaseSentAt: Instant;
  /** Set once: nothing is acknowledged any more. */
  ended: ReignEnd | undefined;
  readonly endSignal: Signal;
  /** Fired at each renewal that came back in time: what waited for the lease may look again. */
  readonly renewedSignal: Signal;
  /** Fired to have `control` written now instead of at the next renewal. */
  readonly renewNowSignal: Signal;
  /** Asked for while a write was under way: another one has to follow at once. */
  renewNow: boolean;
  /** Known to be durable with all before it; told to the others with each renewal. */
  durableSlot: number;
  /** The rule of acknowledgement that the next renewal writes, with the members it rests on. */
  nextRule: Pick<Control, 'rule' | 'inSync'>;
}

export type ReignEnd =
  | { readonly kind: 'deposed'; readonly reason: string }
  | { readonly kind: 'stopping' }
  /** Its lease is left to this member. */
  | { readonly kind: 'handed-over'; readonly heir: bigint; readonly reason: string }
  /** The database goes on elsewhere. */
  | { readonly kind: 'superseded'; readonly reason: string }
  /** The local store turned out to be damaged: the reign is given up to rebuild it. */
  | { readonly kind: 'rebuilding'; readonly reason: string };

export function createReign(control: Control, controlEtag: string, nonce: Uint8Array, leaseSentAt: Instant): Reign {
  return {
    epoch: control.epoch,
    nonce,
    control,
    controlEtag,
    leaseSentAt,
    ended: undefined,
    endSignal: createSignal(),
    renewedSignal: createSignal(),
    renewNowSignal: createSignal(),
    renewNow: false,
    durableSlot: control.durableSlot,
    // What the reign before acknowledged from a disk stays covered until it is in the log.
    nextRule: { rule: control.rule, inSync: control.inSync },
  };
}
