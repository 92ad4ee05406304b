/** A database as it was, from a program: as `t4 restore` brings it back. */
import { rollBack } from '../core/restore/roll-back.ts';
import { hexOf } from '../core/types/bytes.ts';
import { cutOf, unreadableCut, withFamily, type PlaceOptions, type StoreOptions } from './branch-session.ts';
import { createBranch, type Branch } from './branches.ts';
import { T4Error } from './error.ts';

interface RestoreOptions extends StoreOptions, PlaceOptions {}

/** As a branch of this name; the database stays as it is. */
export interface RestoreToBranchOptions extends RestoreOptions {
  readonly to: string;
  readonly inPlace?: false;
}

/** The database itself goes back: at once, without a question. */
export interface RestoreInPlaceOptions extends RestoreOptions {
  readonly inPlace: true;
  readonly to?: undefined;
}

export interface RolledBack {
  /** Whose content came back. */
  readonly revision: number;
  /** Of the database before: with this as `atRevision` all of it comes back. */
  readonly lastRevision: number;
  /** Everything up to here is compacted; the next write comes after it. */
  readonly compactRevision: number;
  /** Where the database goes on in its family's store. Its URL stays what it was. */
  readonly home: string;
  readonly databaseId: string;
}

/**
 * Brings back what a database was at `atRevision` or `atTime`. In place, whoever has it open follows by itself, above every revision that it
 * ever had; what was abandoned is kept for the retention.
 */
export function restore(options: RestoreToBranchOptions): Promise<Branch>;
export function restore(options: RestoreInPlaceOptions): Promise<RolledBack>;
export async function restore(options: RestoreToBranchOptions | RestoreInPlaceOptions): Promise<Branch | RolledBack> {
  const { to, inPlace } = options;
  const cut = cutOf(options);
  if (cut === undefined) throw new TypeError('restore to when? give `atRevision` or `atTime`');
  if ((to === undefined) !== (inPlace === true)) throw new TypeError('restore to where? give `to`, or `inPlace`: true');
  if (to !== undefined) return createBranch({ ...options, name: to });
  return withFamily(options, async (session) => {
    const done = await session.run((core) => rollBack(core, cut));
    if (done.kind === 'held-by-disks') {
      const message =
        'writes are acknowledged from a disk (durability local), so the last revision is not known here; nothing was changed: ' +
        'run that node once with durability `object`, or restore as a branch';
      throw new T4Error('heldByDisks', 'FailedPrecondition', message);
    }
    if (done.kind !== 'rolled-back') throw unreadableCut(done);
    const { plan, lastRevision, skippedRevision, home, databaseId } = done;
    const { revision } = plan;
    return { revision, lastRevision, compactRevision: skippedRevision, home, databaseId: hexOf(databaseId) };
  });
}
