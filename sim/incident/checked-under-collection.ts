import type { Operation } from '../types/scenario.ts';
import { leader, othersOf, type Incident } from './incident.ts';
import { readers, writers } from './traffic.ts';

const collectionsCount = 12;
const none = { clockOffsetMs: 0, pauseAfterCalls: 0, pauseMs: 0, killAfterCalls: 0 } as const;

export const checkedUnderCollection: Incident = {
  name: 'checked-under-collection',
  does: 'the leader checks the object store over and over, and chunks come to it slowly, while checkpoints follow one another and all that nothing needs is condemned and deleted at once; then it is lost with its disk, and another node starts from what is left',
  generate(draw, context) {
    const { leaseMs, fromMs } = context;
    const own = draw('course');
    const spanMs = own.pick([3_000, 5_000]);
    const lostMs = Math.ceil(fromMs + spanMs);
    const toMs = Math.ceil(lostMs + 4 * leaseMs);
    const slow = {
      id: 'slow',
      kind: 'store-slow',
      node: leader,
      target: 'get chunks/*',
      window: { fromMs: 0, toMs: lostMs },
      typicalMs: own.pick([1_000, 2_000, 4_000]),
      slowMs: own.pick([4_000, 8_000]),
    };
    const lost = { id: 'lost', kind: 'crash-disk-lost', node: leader, atMs: lostMs, restartMs: 2 * leaseMs };
    const collections = Array.from({ length: collectionsCount }, (_, index): Operation => {
      const action = { kind: 'collect', retentionMs: 0, graceMs: 0, dryRun: false, ...none } as const;
      const id = `collect-${index + 1}`;
      // Not in the network of the leader, whose way to chunks is slow.
      return { id, client: `operator-${id}`, node: 1, atMs: Math.ceil(fromMs + own.below(spanMs)), action };
    });
    return {
      faults: [slow, lost],
      operations: [
        ...collections,
        ...writers(draw, {
          name: 'writer',
          node: leader,
          fromMs: fromMs - 500,
          toMs: lostMs,
          everyMs: own.pick([20, 50]),
        }),
        ...othersOf(context).flatMap((node) =>
          readers(draw, { name: 'reader', node, fromMs: lostMs + leaseMs, toMs, everyMs: leaseMs / 4 }),
        ),
      ],
      toMs,
      settings: {
        checkpointSegments: own.pick([3, 10]),
        checkpointIntervalMs: own.pick([200, 500]),
        checkpointChunkBytes: 256,
        retentionMs: 0,
        retentionBytes: -1,
        collectIntervalMs: own.pick([0, 300]),
        collectGraceMs: 0,
        corruptCheckMs: own.pick([100, 300]),
        initialCorruptCheck: false,
      },
    };
  },
};
