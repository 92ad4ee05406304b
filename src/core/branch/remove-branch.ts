import { assert } from '../assert.ts';
import { log, type Core } from '../core.ts';
import { decodeControl, encodeControl } from '../format/control.ts';
import { NodeFailure } from '../failure.ts';
import { describeDamage } from '../format/damage.ts';
import { controlKey, isHome, kindOfKey, manifestKey } from '../format/keys.ts';
import { deleteObjects } from '../store/delete-objects.ts';
import { listKeys } from '../store/list.ts';
import { readDecoded, settledPut } from '../store/objects.ts';
import type { Task } from '../task.ts';
import { equalBytes } from '../types/bytes.ts';
import type { Manifest } from '../types/log.ts';
import { changeManifest } from './change-manifest.ts';
import { isNeededByNone, mayRemove } from './may-remove.ts';
import { parentOf } from './pinned.ts';

/**
 * Takes a branch away, in an order in which whoever dies at any step can begin again, and nothing that somebody needs ever goes:
 *
 * 1. its manifest says that it is removed: nobody pins anything of it or leads it from then on;
 * 2. its epoch is raised: a leader that runs steps down;
 * 3. what is below its home goes, the manifest last; but while it has branches, everything stays for them;
 * 4. its parent keeps nothing for it any more. A parent that was removed before, and has no other branch, goes too.
 */

export type BranchRemoved =
  /** `gone`: homes of what is deleted; `kept`: of what is removed, and stays for its branches. */
  | { readonly kind: 'removed'; readonly gone: readonly string[]; readonly kept: string | undefined }
  | { readonly kind: 'has-branches'; readonly homes: readonly string[] };

/** `force`: also one that has branches. */
export function* removeBranch(core: Core, home: string, force: boolean): Task<BranchRemoved> {
  const gone: string[] = [];
  for (let at = home; ;) {
    let refused = false;
    const manifest = yield* changeManifest(core, at, (current) => {
      refused = !mayRemove(current, force);
      return refused || current.removed ? undefined : { ...current, removed: true };
    });
    if (manifest === undefined) return { kind: 'removed', gone, kept: undefined };
    if (refused) return { kind: 'has-branches', homes: manifest.pins.map(({ name }) => name) };
    yield* fence(core, at);
    if (!isNeededByNone(manifest)) return { kind: 'removed', gone, kept: at };
    yield* deleteBelow(core, at);
    const parent = yield* unpin(core, parentOf(manifest)!, manifest.databaseId);
    log(core, 'info', 'branch deleted', { home: at });
    gone.push(at);
    if (parent === undefined || !parent.removed || !isNeededByNone(parent)) {
      return { kind: 'removed', gone, kept: undefined };
    }
    at = parent.home;
  }
}

/** Undefined: there is no such database. */
export function* unpin(core: Core, home: string, id: Uint8Array): Task<Manifest | undefined> {
  return yield* changeManifest(core, home, (manifest) => {
    const pins = manifest.pins.filter((pin) => !equalBytes(pin.id, id));
    return pins.length === manifest.pins.length ? undefined : { ...manifest, pins };
  });
}

/** A branch that nobody ever ran has no `control`. */
function* fence(core: Core, home: string): Task<void> {
  const key = `/${home}${controlKey}`;
  for (;;) {
    const read = yield* readDecoded(core, key, (body) => decodeControl(key, body, core.digest));
    if (read.kind === 'missing') return;
    if (read.kind === 'damaged') throw new NodeFailure(describeDamage(read.damage));
    const { value: control, object } = read;
    if (control.leader === undefined && control.epoch > 0) return;
    const fenced = { ...control, epoch: control.epoch + 1, leader: undefined, released: true, renewal: 0 };
    const put = yield* settledPut(core, key, encodeControl(fenced, core.digest), { kind: 'match', etag: object.etag });
    if (put.kind === 'ours') return;
  }
}

const keysPerListing = 1_000;

/** What is none of ours stays. */
export function* deleteBelow(core: Core, home: string): Task<void> {
  assert(home !== '' && isHome(home), 'what is deleted is below a branch’s home');
  let after: string | undefined;
  for (;;) {
    const keys = yield* listKeys(core, `/${home}`, after, keysPerListing);
    yield* deleteObjects(
      core,
      keys.filter((key) => kindOfKey(key) !== undefined && key !== `/${home}${manifestKey}`),
    );
    after = keys.at(-1);
    if (keys.length < keysPerListing) break;
  }
  yield* deleteObjects(core, [`/${home}${manifestKey}`]);
}
