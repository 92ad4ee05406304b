import type { Knobs, Latency, NodeSettings, Operation } from './types/scenario.ts';
import type { Draw } from './world/random.ts';

/** What every generated scenario has, whatever happens in it: how the nodes are set up, how fast the world is, and the end. */

/** After the faults have ended, so long is left for what has to come right. */
const settleMs = 40_000;

export function settingsOf(
  draw: Draw,
  collection: Draw,
  durability: NodeSettings['durability'] | undefined,
): NodeSettings {
  const drawn = draw.chance(0.7) ? 'object' : 'local';
  const chosen = durability ?? drawn;
  return {
    durability: chosen,
    leaseMs: draw.pick([1_000, 1_000, 2_000, 3_000, 10_000]),
    logInflightMax: draw.pick([1, 2, 4, 4, 8]),
    uploadIntervalMs: draw.pick([100, 1_000, 5_000]),
    checkpointSegments: draw.pick([3, 3, 10, 50, 2_000]),
    ...collectionOf(collection),
    memberIntervalMs: collection.pick([0, 500, 2_000, 15_000]),
    // One that goes with a lost disk may have been shown all the same; those of clients say enough of that.
    autoCompactionMs: chosen === 'object' ? collection.pick([0, 0, 0, 1_000, 5_000]) : 0,
    corruptCheckMs: collection.pick([0, 0, 0, 500, 2_000]),
    initialCorruptCheck: collection.chance(0.3),
    requestTimeoutMs: 7_000,
    valueCacheBytes: draw.pick([0, 200, 5_000, 268_435_456]),
    watchProgressNotifyIntervalMs: draw.pick([500, 5_000, 600_000]),
    // Small ones, so that clients need not leave a thousand messages waiting before their watchers lag.
    watchBufferMessagesMax: draw.pick([1, 2, 8, 1_024]),
    quotaBackendBytes: 0,
    acceptLocalLoss: false,
  };
}

/** In a second. */
const unlimitedBytes = 1_000_000_000;

/** Longer than any run. */
export const foreverMs = 1_000_000_000_000;

/** From the newest two checkpoints alone to everything of a run, of a few kilobytes each. */
export const retentionSizes = [0, 1_000, 3_000, 10_000, 30_000, 1_000_000] as const;

function collectionOf(draw: Draw) {
  return {
    checkpointIntervalMs: draw.pick([0, 500, 2_000, 10_000]),
    checkpointChunkBytes: draw.pick([100, 256, 500, 2_000]),
    retentionMs: draw.pick([0, 0, 1_000, 5_000, foreverMs]),
    retentionBytes: draw.chance(0.3) ? draw.pick(retentionSizes) : -1,
    collectIntervalMs: draw.pick([0, 300, 1_000, 2_000]),
    collectGraceMs: draw.pick([0, 100, 1_000, 3_000]),
    // A slow one, so that much can happen before all values are local.
    fillBytesPerSecond: draw.pick([100, 1_000, 10_000, unlimitedBytes]),
    archiveSegments: draw.pick([0, 1, 2, 5]),
    archiveBytes: draw.pick([500, 3_000, 10_000, 100_000]),
  };
}

export function knobsOf(
  draw: (purpose: string) => Draw,
  nodes: number,
  activeMs: number,
  { durability, leaseMs }: NodeSettings,
  faultless: boolean,
): Knobs {
  const own = draw('knobs');
  const store: Latency = {
    minMs: 1,
    typicalMs: own.pick([2, 20, 100]),
    slowMs: own.pick([100, 1_000]),
    slowShare: 0.01,
  };
  return {
    storeLatency: store,
    storeTimeoutMs: own.pick([1_000, 5_000]),
    // From a disk of one's own to a cloud volume that is shared, or out of its credits.
    localLatency: {
      minMs: 0.02,
      typicalMs: draw('knobs/local').pick([0.2, 10, 50, 200]),
      slowMs: 200,
      slowShare: 0.01,
    },
    diskLatency: { minMs: 0.1, typicalMs: own.pick([1, 10]), slowMs: 200, slowShare: 0.01 },
    networkLatency: { minMs: 0.1, typicalMs: own.pick([0.5, 5, 50]), slowMs: 300, slowShare: 0.01 },
    client: { timeoutMs: 10_000, attemptsMax: 5 * nodes, pauseMs: 300 },
    supervisorMs: 1_000,
    heal: {
      atMs: activeMs,
      nodes: healedOf(draw('heal'), nodes, faultless || durability === 'local'),
      rest: draw('rest').pick(['dead', 'asleep', 'cut-off']),
    },
    endMs: activeMs + settleMs + 6 * leaseMs,
    eventsMax: 3_000_000,
  };
}

/** Any part can go on without the rest, unless what was acknowledged may lie on one disk alone. */
function healedOf(draw: Draw, nodes: number, everyone: boolean): readonly number[] {
  const all = Array.from({ length: nodes }, (_, node) => node);
  if (everyone || draw.chance(0.5)) return all;
  const kept = draw.below(nodes);
  return all.filter((node) => node === kept || draw.chance(0.5));
}

/** Asked of the healed nodes as soon as they are. Liveness is that they come round to it in time. */
export function probeOf(knobs: Knobs): Operation {
  const { heal, endMs } = knobs;
  const atMs = heal?.atMs ?? endMs;
  const nodes = heal?.nodes ?? [];
  const action = { kind: 'probe', nodes, key: 'probe', value: 'probe', forMs: endMs - atMs } as const;
  return { id: 'probe', client: 'probe', node: nodes[0] ?? 0, atMs, action };
}
