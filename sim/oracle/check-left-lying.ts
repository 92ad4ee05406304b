import type { RunResult, Violation } from '../types/result.ts';
import type { DecodedManifest } from './decoder/manifest.ts';
import { slotKey } from './log.ts';
import { convergenceMs, promisedUnder, quietFrom } from './promises.ts';
import { violation } from './violation.ts';

/**
 * What nothing names is gone some time after nothing befalls the leader any more: by then its collector has condemned it, waited for the
 * grace, and deleted it. Judged only where there is a leader who collects and every fault promises to leave nothing broken behind. Who leads from an
 * empty disk does not collect before the values of his checkpoint are local, and nobody does while he writes one.
 */
export interface LeftLyingGround {
  readonly manifest: DecodedManifest;
  readonly reachable: ReadonlySet<string>;
  /** By key: when the manifest ceased to name it. */
  readonly namedUntilMs: ReadonlyMap<string, number>;
  /** Of the largest checkpoint that was ever named, with all that it names. */
  readonly treeBytesMax: number;
  isAfterFence(slot: number): boolean;
}

const collectedPattern = /^(chunks|pages|checkpoints|archives|condemned)\//;
/** Calls of the store that a collection makes one after the other, at most. */
const callsOfCollection = 16;

export function checkLeftLying(
  result: RunResult,
  { manifest, reachable, namedUntilMs, treeBytesMax, isAfterFence }: LeftLyingGround,
): Violation | 'gone' | 'not judged' {
  const { scenario } = result;
  const quiet = quietFrom(scenario);
  const { collectIntervalMs, collectGraceMs, fillBytesPerSecond } = scenario.topology.settings;
  if (collectIntervalMs === 0 || quiet === undefined || promisedUnder(scenario) !== 'masked') return 'not judged';
  const { endMs, storeLatency, localLatency, storeTimeoutMs } = scenario.knobs;
  const roundMs = collectIntervalMs + callsOfCollection * 2 * storeLatency.typicalMs + 4 * storeLatency.slowMs;
  // One collection under way, one that condemns, one that is the first to see it, one that deletes after the grace; and twice, for others' changes between.
  const boundMs = 2 * (4 * roundMs + 2 * collectGraceMs) + storeTimeoutMs;
  const uploads = uploadsSince(result, endMs - boundMs);
  const dueMs = endMs - boundMs - uploads * (storeLatency.typicalMs + localLatency.typicalMs);
  const filledMs = (treeBytesMax * 1_000) / fillBytesPerSecond;
  if (dueMs < quiet.atMs + convergenceMs(scenario) + filledMs) return 'not judged';
  for (const key of result.objects.keys()) {
    if (!collectedPattern.test(key) || reachable.has(key)) continue;
    const sinceMs = Math.max(writtenMs(result, key), namedUntilMs.get(key) ?? 0);
    if (sinceMs >= dueMs) continue;
    return violation('collection', `${key} is named by nothing and still there at the end`, { keys: [key] });
  }
  const { logCollectedFloor } = manifest;
  for (let slot = 1; slot < logCollectedFloor; slot++) {
    const key = slotKey(slot);
    // A late copy of the PUT that had filled a collected slot stays: no collector looks there again.
    const isCopied = result.storeChanges.some((change) => change.key === key && change.bytes === undefined);
    if (result.objects.has(key) && !isAfterFence(slot) && !isCopied)
      return violation('collection', `${key} is below what has been collected, and still there`, { keys: [key] });
  }
  return 'gone';
}

/** Of parts of checkpoints. */
function uploadsSince({ storeChanges }: RunResult, sinceMs: number): number {
  const isPart = /^(chunks|pages)\//;
  return storeChanges.filter(({ key, bytes, atMs }) => atMs >= sinceMs && bytes !== undefined && isPart.test(key))
    .length;
}

function writtenMs({ storeChanges }: RunResult, key: string): number {
  return storeChanges.findLast((change) => change.key === key && change.bytes !== undefined)?.atMs ?? 0;
}
