import { clientErrors } from '../core/types/error.ts';
import type { SnapshotResponse } from '../core/types/response.ts';
import type { Version } from '../core/types/version.ts';
import { DatabaseError, type DatabaseSnapshot } from './database.ts';

export interface SnapshotEdges {
  readAll(versions: readonly Version[]): Promise<readonly Uint8Array[]>;
  /** Since the snapshot was taken, without a break: in one the local store may have been given up. */
  leads(): boolean;
  closed(): void;
}

/** Values are read while the node leads: whoever leads next may drop what the snapshot needs. */
export function openSnapshotOf(
  { kind: _, ...content }: SnapshotResponse,
  term: number,
  { readAll, leads, closed }: SnapshotEdges,
): DatabaseSnapshot {
  let isOpen = true;
  return {
    ...content,
    term,
    async read(versions) {
      if (!isOpen) throw new Error('a snapshot is read while it is open');
      const read = await readAll(versions).catch(() => undefined);
      if (read === undefined || !leads()) throw new DatabaseError(clientErrors.leaderChanged);
      return read;
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      closed();
    },
  };
}
