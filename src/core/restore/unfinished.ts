import { changeManifest } from '../branch/change-manifest.ts';
import { parentOf, readManifestAt } from '../branch/pinned.ts';
import { deleteBelow } from '../branch/delete-below.ts';
import { unpin } from '../branch/unpin.ts';
import type { Core } from '../core.ts';
import { homeOfBranch } from '../format/keys.ts';
import type { Task } from '../task.ts';
import { equalBytes, hexOf } from '../types/bytes.ts';
import type { Manifest, Pin } from '../types/log.ts';

/**
 * What rollbacks that never ended left: kept by the database that they would have rolled back, and not its successor.
 *
 * The pin goes first, and only where no successor is named: without its pin a rollback that is still at work ends without effect.
 */
export function* removeUnfinished(core: Core, manifest: Manifest): Task<void> {
  for (const pin of manifest.pins) {
    const member = (yield* readManifestAt(core, pin.name))?.manifest;
    const isUnfinished =
      member === undefined ? pin.name === homeOfSuccessor(pin.id) : member.predecessor === manifest.home;
    if (isUnfinished) yield* removeUnfinishedOne(core, manifest.home, pin, member);
  }
}

export function homeOfSuccessor(id: Uint8Array): string {
  return homeOfBranch(`rollback-${hexOf(id.subarray(0, 4))}`, id);
}

/** False: it is the successor. */
export function* removeUnfinishedOne(core: Core, home: string, pin: Pin, member: Manifest | undefined): Task<boolean> {
  const left = yield* changeManifest(core, home, (current) => {
    if (current.successor === pin.name) return undefined;
    const pins = current.pins.filter(({ id }) => !equalBytes(id, pin.id));
    return pins.length === current.pins.length ? undefined : { ...current, pins };
  });
  if (left?.successor === pin.name) return false;
  const parent = member === undefined ? undefined : parentOf(member);
  if (parent !== undefined && parent !== home) yield* unpin(core, parent, pin.id);
  yield* deleteBelow(core, pin.name);
  return true;
}
