import { log, type Core } from '../core.ts';
import { decodeControl, encodeControl } from '../format/control.ts';
import { NodeFailure } from '../failure.ts';
import { describeDamage } from '../format/damage.ts';
import { controlKey, kindOfKey, manifestKey } from '../format/keys.ts';
import { deleteObjects } from '../store/delete-objects.ts';
import { listKeys } from '../store/list.ts';
import { readDecoded, settledPut } from '../store/objects.ts';
import type { Task } from '../task.ts';
import { equalBytes } from '../types/bytes.ts';
import type { Manifest } from '../types/log.ts';
import { changeManifest } from './change-manifest.ts';
import { parentOf } from './pinned.ts';

/**
 * Takes a branch away, in an order in which whoever dies at any step can begin again, and nothing that somebody needs ever goes:
 *
 * 1. its manifest says that it is removed: nobody pins anything of it or leads it from then on;
 * 2. its epoch is raised: a leader that runs steps down;
 * 3. what is below its home goes, the manifest last; but while it has branches, everything stays for them;
 * 4. its parent keeps nothing for it any more. A parent that was removed before, and has no other branch, goes too.
 */

/** Homes of what is gone now: none while it has branches of its own. */
export function* removeBranch(core: Core, home: string): Task<readonly string[]> {
  const gone: string[] = [];
  for (let at: string | undefined = home; at !== undefined && at !== '';) {
    const manifest: Manifest | undefined = yield* changeManifest(core, at, (current) =>
      current.removed ? undefined : { ...current, removed: true },
    );
    if (manifest === undefined) return gone;
    yield* fence(core, at);
    if (manifest.pins.length > 0) return gone;
    yield* deleteBelow(core, at);
    const parent: string = parentOf(manifest)!;
    const left: Manifest | undefined = yield* unpin(core, parent, manifest.databaseId);
    gone.push(at);
    log(core, 'info', 'branch deleted', { home: at });
    at = left !== undefined && left.removed && left.pins.length === 0 ? parent : undefined;
  }
  return gone;
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
function* deleteBelow(core: Core, home: string): Task<void> {
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
