import { noTables } from '../recover/local-state.ts';
import { tablesOf } from '../checkpoint/checkpoint-tables.ts';
import { log, type Core } from '../core.ts';
import { describeDamage } from '../format/damage.ts';
import { manifestKey } from '../format/keys.ts';
import { decodeManifest } from '../format/manifest.ts';
import { nothing, positionOfGenesis } from '../recover/genesis.ts';
import { isSuperseded } from '../restore/is-superseded.ts';
import type { Reign } from '../reign/reign.ts';
import { readDecoded } from '../store/objects.ts';
import type { Task } from '../task.ts';
import { equalBytes } from '../types/bytes.ts';
import type { Checkpoint, Manifest } from '../types/log.ts';
import type { RecoveredTables } from '../recover/recovered.ts';
import { checkCheckpoint } from './check-checkpoint.ts';
import { checkLog } from './check-log.ts';
import { differenceOfTables } from './compare-tables.ts';
import type { Mismatch } from './mismatch.ts';
import type { ServedState } from './served-state.ts';
import { isStillNeeded } from './still-needed.ts';

/**
 * What a start now would read, against what this node serves: the manifest, the newest checkpoint with all that it names, the log after it.
 *
 * Invariants:
 * - Nothing is written, and nothing is kept from being written, compacted or collected meanwhile.
 * - What is told to be wrong was needed by a manifest that was read after it was found wrong.
 */
export type Checked =
  | { readonly kind: 'same'; readonly extent: Extent }
  | { readonly kind: 'differs'; readonly mismatches: readonly Mismatch[] }
  /** Nothing can be said: what was being checked was replaced meanwhile, or is another leader's by now. */
  | { readonly kind: 'overtaken'; readonly reason: string };

export interface Extent {
  /** Its key; empty: there is none yet. */
  readonly checkpoint: string;
  readonly objects: number;
  readonly firstSlot: number;
  readonly lastSlot: number;
}

export function* checkStore(core: Core, reign: Reign, servedAt: () => ServedState): Task<Checked> {
  const { databaseId } = reign.control;
  const manifest = yield* readNamed(core, databaseId);
  if ('what' in manifest) return { kind: 'differs', mismatches: [manifest] };
  if (manifest.epoch > reign.epoch || isSuperseded(manifest)) return overtaken('another leader has come since');
  const served = servedAt();
  const found = yield* checkAll(core, manifest, served);
  if (found.kind !== 'differs') return found;
  const now = yield* readNamed(core, databaseId);
  if ('what' in now) return { kind: 'differs', mismatches: [now] };
  const mismatches = found.mismatches.filter((mismatch) => isStillNeeded(mismatch, now));
  if (mismatches.length > 0) return { kind: 'differs', mismatches };
  noteReplaced(core, found.mismatches);
  return overtaken('what was not as it should be is needed no more');
}

/** A checkpoint is replaced by one that may rest on the same objects: the next does not. What is missing may have been collected by right. */
function noteReplaced(core: Core, mismatches: readonly Mismatch[]): void {
  for (const { key, kind, what } of mismatches) {
    if (kind === 'missing') continue;
    core.unusableObjects.add(key);
    log(core, 'warn', 'an object of what was replaced meanwhile is damaged', { object: key, reason: what });
  }
}

function overtaken(reason: string): Checked {
  return { kind: 'overtaken', reason };
}

function* readNamed(core: Core, databaseId: Uint8Array): Task<Manifest | Mismatch> {
  const scope = { kind: 'manifest' } as const;
  const key = manifestKey;
  const read = yield* readDecoded(core, key, (body) => decodeManifest(key, body, core.digest));
  if (read.kind === 'missing') return { key, kind: 'missing', what: `${key}: missing`, scope };
  if (read.kind === 'damaged') return { key, kind: 'damaged', what: describeDamage(read.damage), scope };
  if (equalBytes(read.value.databaseId, databaseId)) return read.value;
  return { key, kind: 'mismatch', what: `${key}: it belongs to another database`, scope };
}

function* checkAll(core: Core, manifest: Manifest, served: ServedState): Task<Checked> {
  const { databaseId } = manifest;
  const newest = manifest.checkpoints.at(-1);
  const { position } = served;
  if (newest !== undefined && newest.slot > position.slot) return overtaken('another leader has written a checkpoint');
  const checked = newest === undefined ? undefined : yield* checkCheckpoint(core, newest, databaseId, served);
  const mismatches = [...(checked?.mismatches ?? [])];
  // Without the checkpoint nobody can tell where the chain begins.
  if (newest !== undefined && checked?.checkpoint === undefined) return { kind: 'differs', mismatches };
  const from = checked?.checkpoint?.position ?? positionOfGenesis(core, databaseId, nothing);
  const tables = tablesAt(manifest, checked?.checkpoint);
  const log = yield* checkLog(core, databaseId, from, position, tables);
  if (log.mismatch !== undefined) mismatches.push(log.mismatch);
  const different =
    tables === undefined || log.mismatch !== undefined ? undefined : differenceOfTables(tables, served.tables);
  if (different !== undefined) mismatches.push(mismatchOfTables(newest?.key, different));
  if (mismatches.length > 0) return { kind: 'differs', mismatches };
  const objects = 1 + (checked?.objects ?? 0) + log.slots;
  return {
    kind: 'same',
    extent: { checkpoint: newest?.key ?? '', objects, firstSlot: from.slot + 1, lastSlot: position.slot },
  };
}

/** Undefined: a branch without a checkpoint of its own began as its parent was, which is not read. */
function tablesAt({ base }: Manifest, checkpoint: Checkpoint | undefined): RecoveredTables | undefined {
  if (checkpoint !== undefined) return tablesOf(checkpoint);
  return base === undefined ? noTables() : undefined;
}

function mismatchOfTables(checkpoint: string | undefined, what: string): Mismatch {
  const scope =
    checkpoint === undefined ? ({ kind: 'manifest' } as const) : ({ kind: 'checkpoint', checkpoint } as const);
  const key = checkpoint ?? manifestKey;
  return { key, kind: 'content', what: `${key}: ${what}`, scope };
}
