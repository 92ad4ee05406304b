import { log, type Core } from '../core.ts';
import { decodeControl, encodeControl } from '../format/control.ts';
import { NodeFailure } from '../failure.ts';
import { describeDamage } from '../format/damage.ts';
import { controlKey } from '../format/keys.ts';
import { successorsMax } from '../limits.ts';
import { readDecoded, settledPut } from '../store/objects.ts';
import type { Task } from '../task.ts';
import type { Manifest } from '../types/log.ts';
import { changeManifest } from './change-manifest.ts';
import { removeUnfinished } from '../restore/unfinished.ts';
import { deleteBelow } from './delete-below.ts';
import { isNeededByNone, mayRemove } from './may-remove.ts';
import { parentOf, readManifestAt } from './pinned.ts';
import { unpin } from './unpin.ts';

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

/** `force`: also one that has branches. With what goes on for it after rollbacks. */
export function* removeBranch(core: Core, home: string, force: boolean): Task<BranchRemoved> {
  const lines = yield* linesOf(core, home);
  const own = new Set(lines.map((line) => line.home));
  const branchesIn = (line: Manifest): readonly string[] => {
    const pins = line.pins.filter(({ name }) => !own.has(name));
    return mayRemove({ ...line, pins }, force) ? [] : pins.map(({ name }) => name);
  };
  const [first] = lines;
  if (first === undefined) return { kind: 'removed', gone: [], kept: undefined };
  for (const line of lines) yield* removeUnfinished(core, line);
  let refusal: readonly string[] = first.removed ? [] : (yield* linesOf(core, home)).flatMap(branchesIn);
  if (refusal.length > 0) return { kind: 'has-branches', homes: refusal };
  for (const line of lines) {
    yield* changeManifest(core, line.home, (current) => {
      // Once the first is removed, there is no way back.
      refusal = line === first ? branchesIn(current) : [];
      return refusal.length > 0 || current.removed ? undefined : { ...current, removed: true };
    });
    if (refusal.length > 0) return { kind: 'has-branches', homes: refusal };
  }
  for (const line of lines) yield* fence(core, line.home);
  return yield* deleteRemoved(core, lines.map((line) => line.home).reverse());
}

/** It, and what goes on for it, whatever was removed of them. */
function* linesOf(core: Core, home: string): Task<readonly Manifest[]> {
  const lines: Manifest[] = [];
  for (
    let at: string | undefined = home;
    at !== undefined && lines.length <= successorsMax;
    at = lines.at(-1)!.successor
  ) {
    const held = yield* readManifestAt(core, at);
    if (held === undefined) break;
    lines.push(held.manifest);
  }
  return lines;
}

/** Those that nobody needs, and their parents that were removed before and that nobody else needs. */
function* deleteRemoved(core: Core, homes: readonly string[]): Task<BranchRemoved> {
  const gone: string[] = [];
  let kept: string | undefined;
  const queue = [...homes];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const manifest = (yield* readManifestAt(core, at))?.manifest;
    if (manifest === undefined || !manifest.removed) continue;
    if (!isNeededByNone(manifest)) {
      if (homes.includes(at)) kept = at;
      continue;
    }
    yield* deleteBelow(core, at);
    for (const keeper of new Set([parentOf(manifest), manifest.predecessor])) {
      if (keeper === undefined) continue;
      const parent = yield* unpin(core, keeper, manifest.databaseId);
      if (parent !== undefined && parent.removed && !queue.includes(keeper)) queue.push(keeper);
    }
    log(core, 'info', 'branch deleted', { home: at });
    gone.push(at);
  }
  return { kind: 'removed', gone, kept };
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
    const fenced = {
      ...control,
      epoch: control.epoch + 1,
      leader: undefined,
      released: true,
      heir: undefined,
      renewal: 0,
    };
    const put = yield* settledPut(core, key, encodeControl(fenced, core.digest), { kind: 'match', etag: object.etag });
    if (put.kind === 'ours') return;
  }
}
