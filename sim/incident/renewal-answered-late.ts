import { nodeEndpoint, storeEndpoint } from '../world/network.ts';
import { leader, type Incident } from './incident.ts';
import { takeoverTraffic } from './takeover.ts';

export const renewalAnsweredLate: Incident = {
  name: 'renewal-answered-late',
  does: "the answer to the leader's renewal takes longer than its lease, and nothing that it sends afterwards reaches the store",
  generate(draw, context) {
    const { leaseMs, fromMs } = context;
    const own = draw('late');
    const lateMs = Math.ceil(leaseMs * (1.1 + own.unit()));
    // By then a renewal is on its way, and the store has taken it.
    const sentMs = fromMs + Math.ceil(leaseMs / 3);
    const cutMs = sentMs + 60;
    const toMs = sentMs + lateMs + 2 * leaseMs;
    return {
      faults: [
        {
          id: 'late',
          kind: 'store-answer-late',
          node: leader,
          target: 'put control',
          nth: 1,
          window: { fromMs, toMs },
          lateMs,
        },
        {
          id: 'cut-off',
          kind: 'network-cut',
          from: nodeEndpoint(leader),
          to: storeEndpoint,
          window: { fromMs: cutMs, toMs },
        },
      ],
      operations: takeoverTraffic(draw, context, {
        fromMs: fromMs + 1.2 * leaseMs,
        toMs: sentMs + lateMs + leaseMs,
      }),
      toMs,
      knobs: { storeTimeoutMs: lateMs + leaseMs },
    };
  },
};
