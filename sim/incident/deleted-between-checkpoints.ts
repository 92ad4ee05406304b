import type { Action, Operation } from '../types/scenario.ts';
import { leader, othersOf, type Incident } from './incident.ts';
import { readers, writers } from './traffic.ts';

/**
 * Keys apart from all that is written meanwhile, so that a chunk of theirs holds nothing else: what happens to it is that something goes, and nothing
 * comes. They differ in their size, so that chunks end at many places.
 */
const keysCount = 24;
const rounds = 5;

export const deletedBetweenCheckpoints: Incident = {
  name: 'deleted-between-checkpoints',
  does: 'after a checkpoint some keys are deleted and compacted away before the next one; then the leader is lost with its disk, and another node starts from the checkpoint',
  generate(draw, context) {
    const { leaseMs, fromMs } = context;
    const own = draw('rounds');
    const intervalMs = own.pick([300, 600]);
    // A checkpoint looks after itself four times a second: a round is longer than both together.
    const roundMs = intervalMs + own.between(300, 600);
    const client = 'gardener';
    let count = 0;
    const at = (atMs: number, action: Action): Operation => {
      count += 1;
      return { id: `${client}-${count}`, client, node: leader, atMs, action };
    };
    const operations: Operation[] = [];
    for (let key = 0; key < keysCount; key++) {
      const value = 'v'.repeat(own.below(60));
      operations.push(at(fromMs - 500 + key, { kind: 'request', request: { kind: 'put', key: keyOf(key), value } }));
    }
    for (let round = 0; round < rounds; round++) {
      const startMs = fromMs + intervalMs + 300 + round * roundMs;
      const first = own.below(keysCount);
      const some = own.between(1, 3);
      for (let index = 0; index < some; index++) {
        const key = keyOf((first + index) % keysCount);
        operations.push(at(startMs + index, { kind: 'request', request: { kind: 'delete-range', key } }));
      }
      const compaction: Action = {
        kind: 'compact-behind',
        keepRevisions: own.pick([0, 0, 0, 1]),
        physical: own.chance(0.5),
      };
      // When the deletes have been answered, and most likely before the next checkpoint.
      operations.push(at(startMs + own.between(40, 120), compaction));
    }
    const lostMs = Math.ceil(fromMs + intervalMs + 300 + rounds * roundMs + own.between(0, intervalMs));
    const toMs = Math.ceil(lostMs + 4 * leaseMs);
    const all = { kind: 'request', request: { kind: 'range', key: prefix, rangeEnd: prefixEnd } } as const;
    return {
      faults: [{ id: 'lost', kind: 'crash-disk-lost', node: leader, atMs: lostMs, restartMs: 2 * leaseMs }],
      operations: [
        ...operations,
        ...writers(draw, { name: 'writer', node: leader, fromMs, toMs: lostMs, everyMs: roundMs / 3 }),
        ...othersOf(context).flatMap((node) => {
          const traffic = { name: 'reader', node, fromMs: lostMs + leaseMs, toMs, everyMs: leaseMs / 4 };
          const everything = readers(draw, { ...traffic, name: 'visitor' });
          return [...readers(draw, traffic), ...everything.map((operation) => ({ ...operation, action: all }))];
        }),
      ],
      toMs,
      settings: {
        checkpointSegments: 2_000,
        checkpointIntervalMs: intervalMs,
        checkpointChunkBytes: own.pick([100, 256]),
      },
    };
  },
};

const prefix = 'garden/';
const prefixEnd = 'garden0';

function keyOf(number: number): string {
  return `${prefix}${String(number).padStart(2, '0')}`;
}
