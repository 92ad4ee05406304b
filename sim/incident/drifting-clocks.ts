import { leader, othersOf, type Incident } from './incident.ts';
import { takeoverTraffic } from './takeover.ts';

/** As far as `clock-rate` is promised. */
const errorMax = 0.083;

export const driftingClocks: Incident = {
  name: 'drifting-clocks',
  does: 'the leader, cut off from the store, has as slow a clock as may be, and the others as fast ones',
  generate(draw, context) {
    const { leaseMs, fromMs } = context;
    const cutMs = fromMs + draw('cut').below(leaseMs / 2);
    const toMs = Math.ceil(cutMs + 3 * leaseMs);
    const window = { fromMs: 0, toMs };
    const rate = (node: number, value: number) => ({
      id: `clock-rate-${node}`,
      kind: 'clock-rate',
      node,
      window,
      rate: value,
    });
    return {
      faults: [
        rate(leader, 1 - errorMax),
        ...othersOf(context).map((node) => rate(node, 1 + errorMax)),
        { id: 'cut-off', kind: 'partition-alone', node: leader, window: { fromMs: cutMs, toMs } },
      ],
      operations: takeoverTraffic(draw, context, {
        fromMs: cutMs + 0.55 * leaseMs,
        toMs: cutMs + 1.25 * leaseMs,
      }),
      toMs,
    };
  },
};
