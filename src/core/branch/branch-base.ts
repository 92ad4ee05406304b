import { coreAt } from '../core-at.ts';
import type { Core } from '../core.ts';
import { isBeyond } from '../recover/is-beyond.ts';
import { placeAlone } from '../tool/content-reader.ts';
import { upTo } from '../tool/reach.ts';
import { readUpTo, type ReadUpTo } from '../tool/read-up-to.ts';
import { readDatabase, type DatabaseFound } from '../tool/read-database.ts';
import type { Task } from '../task.ts';
import type { Base, Cut, Manifest, Pin } from '../types/log.ts';
import { endOfLog } from './end-of-log.ts';
import { needsOfBase } from './needs-of-base.ts';

/**
 * What a branch at a cut begins as, and what of whose that needs. Where the cut is met in what the database itself began as, the branch is one
 * of that ancestor; so it is where a revision is before the checkpoint that the database began from.
 *
 * A cut that a checkpoint already goes beyond exists, and nothing is read for it. For another one the log after the newest checkpoint is
 * read: never more, whatever the database's size.
 */
export type BranchBase =
  | {
      readonly kind: 'base';
      readonly base: Base;
      readonly needs: Pick<Pin, 'checkpoint' | 'firstSlot' | 'lastSlot'>;
      /** It ends where nothing was found in the next slot: the log's end, unless that slot had been collected. */
      readonly endsWithLog: boolean;
    }
  | Exclude<ReadUpTo, { readonly kind: 'read' }>;

export function* branchBase(core: Core, database: DatabaseFound, cut: Cut): Task<BranchBase> {
  const { manifest } = database;
  const { checkpoints, base, logFloor } = manifest;
  const below = checkpoints.findLast((checkpoint) => !isBeyond(cut, checkpoint));
  const above = checkpoints.find((checkpoint) => isBeyond(cut, checkpoint));
  if (below === undefined && logFloor > 1) {
    return { kind: 'compacted', revision: checkpoints[0]?.revision ?? 0, wallMs: checkpoints[0]?.wallMs ?? 0 };
  }
  const fromBase = below === undefined && base !== undefined;
  if (fromBase && cut.kind === 'revision' && base.checkpoint !== undefined && isBeyond(cut, base.checkpoint)) {
    const ancestor = coreAt(core, base.stretches[0]!.home);
    return yield* branchBase(ancestor, yield* readDatabase(ancestor), cut);
  }
  // Of a moment before the database was made its first slot is read, and says so.
  const mayPrecede = cut.kind === 'moment' && cut.wallMs < manifest.createdWallMs;
  const isThere = above !== undefined || cut.kind === 'moment';
  const isSettled = cut.kind === 'end' || (!fromBase && !(below === undefined && mayPrecede) && isThere);
  const read = isSettled ? undefined : yield* readUpTo(core, database, upTo(cut), placeAlone);
  if (read !== undefined && read.kind !== 'read') return read;
  const start = Math.max(database.control.durableSlot, checkpoints.at(-1)?.slot ?? 0);
  const lastSlot = above?.slot ?? (yield* endOfLog(core, start));
  const own = stretchOf(manifest, below === undefined ? 1 : below.slot + 1, lastSlot, cut);
  const endsWithLog = above === undefined;
  if (!fromBase) return based({ checkpoint: below, stretches: [own] }, endsWithLog);
  if (read?.cutIn === undefined)
    return based({ checkpoint: base.checkpoint, stretches: [...base.stretches, own] }, endsWithLog);
  const ancestors = base.stretches.slice(0, read.cutIn + 1);
  const left = { ...ancestors.at(-1)!, cut, skippedRevision: 0 };
  return based({ checkpoint: base.checkpoint, stretches: [...ancestors.slice(0, -1), left] }, false);
}

function stretchOf({ home, databaseId }: Manifest, firstSlot: number, lastSlot: number, cut: Cut) {
  return { home, databaseId, firstSlot, lastSlot: Math.max(lastSlot, firstSlot - 1), cut, skippedRevision: 0 };
}

function based(base: Base, endsWithLog: boolean): BranchBase {
  return { kind: 'base', base, needs: needsOfBase(base), endsWithLog };
}
