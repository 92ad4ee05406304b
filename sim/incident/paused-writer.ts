import type { Fault } from '../types/scenario.ts';
import { leader, othersOf, type Incident } from './incident.ts';
import { readers, writers } from './traffic.ts';

export const pausedWriter: Incident = {
  name: 'paused-writer',
  does: 'the leader stops with PUTs on their way, and wakes up when another node has filled their slots; it hears late of its end',
  generate(draw, context) {
    const { leaseMs, logInflightMax } = context;
    const own = draw('pause');
    const first = { name: 'first', node: leader, fromMs: context.fromMs - 1_000, toMs: context.fromMs, everyMs: 50 };
    const burstMs = context.fromMs + own.below(leaseMs / 3);
    const burst = { name: 'burst', node: leader, fromMs: burstMs, toMs: burstMs + 12, everyMs: 1 };
    const pausedMs = burstMs + own.between(2, 40);
    const awakeMs = Math.ceil(pausedMs + leaseMs * (1.6 + own.unit()));
    const toMs = Math.ceil(awakeMs + 2 * leaseMs);
    const put = (id: string, nth: number): Fault => ({
      id,
      kind: own.pick(['store-timeout', 'store-timeout', 'store-answer-lost']),
      node: leader,
      target: 'put log/*',
      nth,
      window: { fromMs: burstMs, toMs },
    });
    return {
      faults: [
        put('put-1', 1),
        ...(own.chance(0.3) ? [put('put-2', own.between(2, logInflightMax))] : []),
        {
          id: 'paused',
          kind: 'process-pause',
          node: leader,
          window: { fromMs: pausedMs, toMs: awakeMs },
          timersFirst: own.chance(0.5),
        },
        ...['put control', 'get control'].map((target, index): Fault => ({
          id: `control-${index}`,
          kind: 'store-answer-late',
          node: leader,
          target,
          nth: 1,
          window: { fromMs: awakeMs, toMs },
          lateMs: own.between(1, leaseMs),
        })),
      ],
      operations: [
        ...writers(draw, first),
        ...writers(draw, burst),
        ...writers(draw, { name: 'late', node: leader, fromMs: awakeMs - 50, toMs: awakeMs + leaseMs, everyMs: 50 }),
        ...readers(draw, { name: 'reader', node: leader, fromMs: awakeMs - 50, toMs: awakeMs + leaseMs, everyMs: 50 }),
        ...othersOf(context).flatMap((node) => [
          ...writers(draw, { name: 'writer', node, fromMs: pausedMs + leaseMs, toMs, everyMs: 50 }),
          ...readers(draw, { name: 'reader', node, fromMs: awakeMs, toMs, everyMs: 100 }),
        ]),
      ],
      toMs,
      knobs: { storeTimeoutMs: own.pick([500, 1_000, 2_000]) },
    };
  },
};
