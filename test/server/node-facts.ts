import { createStoreUsage } from '../../src/host/store-usage/usage.ts';
import type { NodeFacts } from '../../src/server/services/admin.ts';

/** Facts of a node that has asked a little of its store. */
export function factsOfTest(): NodeFacts {
  const usage = createStoreUsage();
  const put = { operation: 'put-if-absent', subject: 'segment', milliseconds: 7 } as const;
  usage.seen({ ...put, outcome: 'ok', bytesUp: 100 });
  usage.seen({ ...put, outcome: 'unknown', bytesUp: 100, problemCode: 'SlowDown' });
  return {
    store: 'memory:',
    home: '',
    settings: {
      durability: 'object',
      leaseMs: 3_000,
      uploadIntervalMs: 1_000,
      checkpointSegments: 2_000,
      checkpointIntervalMs: 600_000,
      collectIntervalMs: 900_000,
      collectGraceMs: 3_600_000,
      logInflightMax: 4,
      memberIntervalMs: 15_000,
    },
    usage: () => usage.report(),
    countedMs: () => 60_000,
    countedSinceWallMs: 1_700_000_000_000,
  };
}

export const keepingOfTest = {
  retention: { kind: 'size', bytes: 1_000_000 },
  checkpoints: 2,
  oldest: { slot: 3, revision: 30, wallMs: 1_700_000_000_000, treeBytes: 500, historyBytes: 100 },
  newest: { slot: 9, revision: 40, wallMs: 1_700_000_060_000, treeBytes: 700, historyBytes: 900 },
  logFloor: 4,
  logCollectedFloor: 2,
  writing: undefined,
  collected: {
    rounds: 2,
    objectsCondemned: 5,
    bytesCondemned: 50,
    objectsDeleted: 4,
    slotsDeleted: 3,
    objectsWaiting: 1,
  },
} as const;
