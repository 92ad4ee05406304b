import { archiveOf } from '../archive/read-archive.ts';
import type { Manifest } from '../types/log.ts';
import type { Mismatch } from './mismatch.ts';

/**
 * Whether a manifest that was read after the mismatch was met still needs the object. A collector deletes only what no manifest names any
 * more: so what was missing then, and is needed now, is lost; what is not needed now may have been taken away by right.
 */
export function isStillNeeded({ scope }: Mismatch, { checkpoints, logFloor, archives }: Manifest): boolean {
  switch (scope.kind) {
    case 'manifest':
      return true;
    case 'checkpoint':
      return checkpoints.some(({ key }) => key === scope.checkpoint);
    case 'slot':
      return scope.slot >= logFloor && archiveOf(archives, scope.slot) === undefined;
  }
}
