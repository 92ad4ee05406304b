import type { Fault } from '../types/scenario.ts';
import { leader, type Incident } from './incident.ts';
import { takeoverTraffic } from './takeover.ts';

export const clockSetBack: Incident = {
  name: 'clock-set-back',
  does: 'the leader is cut off from the store, and its wall clock is set back or stands still',
  generate(draw, context) {
    const { leaseMs, fromMs } = context;
    const own = draw('clock');
    const cutMs = fromMs + own.below(leaseMs / 2);
    const toMs = Math.ceil(cutMs + 4 * leaseMs);
    const atMs = cutMs + own.between(10, Math.floor(leaseMs / 2));
    const clock: Fault = own.chance(0.6)
      ? { id: 'clock', kind: 'clock-jump', node: leader, atMs, byMs: -own.between(leaseMs, 10 * leaseMs) }
      : { id: 'clock', kind: 'clock-freeze', node: leader, window: { fromMs: atMs, toMs }, which: 'wall' };
    return {
      faults: [{ id: 'cut-off', kind: 'partition-alone', node: leader, window: { fromMs: cutMs, toMs } }, clock],
      operations: takeoverTraffic(draw, context, { fromMs: cutMs + leaseMs, toMs: cutMs + 2.5 * leaseMs }),
      toMs,
    };
  },
};
