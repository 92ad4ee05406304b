import { leader, type Incident } from './incident.ts';
import { takeoverTraffic } from './takeover.ts';

export const leaderAsleep: Incident = {
  name: 'leader-asleep',
  does: "the leader's machine sleeps, or its process is stopped, for longer than its lease, and readers wait for it to wake up",
  generate(draw, context) {
    const { leaseMs, fromMs } = context;
    const own = draw('sleep');
    const kind = own.pick(['process-suspend', 'process-suspend', 'process-pause']);
    const asleepMs = fromMs + own.below(leaseMs);
    const awakeMs = Math.ceil(asleepMs + leaseMs * (1.9 + own.unit()));
    const window = { fromMs: asleepMs, toMs: awakeMs };
    return {
      faults: [{ id: 'sleep', kind, node: leader, window, timersFirst: own.chance(0.5) }],
      operations: takeoverTraffic(draw, context, { fromMs: awakeMs - leaseMs / 2, toMs: awakeMs + leaseMs / 2 }),
      toMs: awakeMs + leaseMs,
    };
  },
};
