import type { Fault } from '../types/scenario.ts';
import type { Draw } from '../world/random.ts';
import { leader, othersOf, type Incident } from './incident.ts';
import { readers, writers } from './traffic.ts';

/** What becomes of the first of several PUTs: it leaves a hole, for now or for good. */
function lateOrLost(own: Draw, leaseMs: number): Pick<Fault, 'kind'> & { readonly lateMs?: number } {
  const kind = own.pick([
    'store-applied-late',
    'store-applied-late',
    'store-timeout',
    'store-timeout',
    'store-answer-lost',
  ]);
  return kind === 'store-applied-late' ? { kind, lateMs: own.between(Math.floor(leaseMs / 2), 3 * leaseMs) } : { kind };
}

export const latePuts: Incident = {
  name: 'late-puts',
  does: 'the leader goes with several PUTs on their way, some of which are late or lost; its follower soon goes too, and disks are lost',
  generate(draw, context) {
    const { leaseMs, logInflightMax } = context;
    const own = draw('puts');
    // Within the reach of the fence segments go one at a time.
    const first = { name: 'first', node: leader, fromMs: context.fromMs - 1_000, toMs: context.fromMs, everyMs: 50 };
    const burstMs = context.fromMs + own.below(leaseMs / 3);
    const burst = { name: 'burst', node: leader, fromMs: burstMs, toMs: burstMs + 12, everyMs: 1 };
    const goneMs = burstMs + own.between(5, 60);
    // Somebody else leads by then, and has written.
    const takenMs = Math.ceil(goneMs + 1.6 * leaseMs);
    const againMs = takenMs + own.between(Math.floor(leaseMs / 4), leaseMs);
    const others = othersOf(context);
    // A disk that is past the hole need not read it again.
    const disks = own.chance(0.8) ? 'crash-disk-lost' : 'crash';
    const toMs = Math.ceil(againMs + 3.5 * leaseMs);
    const put = (id: string, nth: number): Fault => ({
      id,
      ...lateOrLost(own, leaseMs),
      node: leader,
      target: 'put log/*',
      nth,
      window: { fromMs: burstMs, toMs },
    });
    const restartMs = own.between(own.chance(0.15) ? 1 : takenMs - goneMs, againMs - goneMs);
    const gone: Fault = { id: 'gone', kind: 'crash', node: leader, atMs: goneMs, restartMs };
    return {
      faults: [
        put('put-1', 1),
        ...(own.chance(0.3) ? [put('put-2', own.between(2, logInflightMax))] : []),
        gone,
        ...others.map((node): Fault => ({
          id: `again-${node}`,
          kind: disks,
          node,
          atMs: againMs,
          restartMs: own.between(1, leaseMs),
        })),
      ],
      operations: [
        ...writers(draw, first),
        ...writers(draw, burst),
        ...others.flatMap((node) =>
          writers(draw, { name: 'writer', node, fromMs: goneMs + leaseMs, toMs: againMs, everyMs: 40 }),
        ),
        ...[leader, ...others].flatMap((node) => [
          ...writers(draw, { name: 'last', node, fromMs: againMs + leaseMs, toMs, everyMs: 100 }),
          ...readers(draw, { name: 'reader', node, fromMs: againMs, toMs, everyMs: 150 }),
        ]),
      ],
      toMs,
      // Most checkpoints would spare the next recovery what it is to stumble over.
      settings: { checkpointSegments: own.chance(0.15) ? 10 : 2_000 },
      knobs: { storeTimeoutMs: own.pick([500, 1_000]) },
    };
  },
};
