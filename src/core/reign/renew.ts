import { log, type Core } from '../core.ts';
import { encodeControl } from '../format/control.ts';
import { controlKey } from '../format/keys.ts';
import { leaseStart } from '../lease/lease-start.ts';
import { settledPut } from '../store/objects.ts';
import { equalBytes, hexOf } from '../types/bytes.ts';
import { fire, waitForUntil, type Task } from '../task.ts';
import type { Control } from '../types/log.ts';
import { readControl } from './control-object.ts';
import type { Reign } from './reign.ts';

/**
 * The reign's hold on `control`.
 *
 * Invariants: one write at a time; each write's bytes are new (`renewal` counts); the lease counts from the first sending of the
 * write that is known to be there; a `control` that is not ours ends the reign at once.
 */

const renewalsPerLease = 3;

/** Runs for as long as the reign: renews the lease, and writes what changed in between when asked. */
export function* keepRenewing(core: Core, reign: Reign, end: (reason: string) => void): Task<void> {
  for (;;) {
    const interval = Math.floor(reign.control.leaseMs / renewalsPerLease);
    if (!reign.renewNow) yield* waitForUntil(reign.renewNowSignal, reign.leaseSentAt.monotonicMs + interval);
    reign.renewNow = false;
    const verdict = yield* writeControl(core, reign, { ...reign.control, released: false, heir: undefined });
    if (verdict !== 'written') {
      end(verdict);
      return;
    }
    fire(reign.renewedSignal);
  }
}

/** Why the reign is over, or `written`. */
export function* writeControl(core: Core, reign: Reign, wanted: Control): Task<'written' | (string & {})> {
  const sentAt = core.at;
  for (;;) {
    const control: Control = {
      ...wanted,
      ...reign.nextRule,
      renewal: reign.control.renewal + 1,
      durableSlot: reign.durableSlot,
    };
    const put = yield* settledPut(core, controlKey, encodeControl(control, core.digest), {
      kind: 'match',
      etag: reign.controlEtag,
    });
    if (put.kind === 'ours') {
      reign.control = control;
      reign.controlEtag = put.etag;
      reign.leaseSentAt = leaseStart({ sentAt, answeredAt: core.at });
      return 'written';
    }
    const observed = yield* readControl(core);
    if (observed === undefined) return 'the control object is gone from the store';
    if (!isOurs(observed.control, reign)) {
      return `epoch ${observed.control.epoch} of ${observed.control.leader?.name ?? 'nobody'} follows epoch ${reign.epoch}`;
    }
    // Ours: a renewal that was under way when the reign ended, or the last one known, under another etag than the store answered. Go on from it.
    if (observed.control.renewal === reign.control.renewal) {
      log(core, 'warn', 'the store answered another etag than it keeps', {
        key: controlKey,
        nonce: hexOf(reign.nonce),
      });
    }
    reign.control = observed.control;
    reign.controlEtag = observed.etag;
  }
}

function isOurs(control: Control, reign: Reign): boolean {
  return control.epoch === reign.epoch && control.leader !== undefined && equalBytes(control.leader.nonce, reign.nonce);
}
