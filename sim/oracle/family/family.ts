import type { DecodedManifest } from '../decoder/manifest.ts';
import type { DecodedReference } from '../decoder/reference.ts';
import { slotKey } from '../log.ts';
import type { Work } from './operators.ts';

/**
 * What the databases of a family need of each other, by the manifests that stand.
 *
 * A branch stands while its parent's manifest pins it; and from when its maker has acknowledged it, until somebody sets about deleting it. It
 * needs what it began as: the checkpoint with all that this names, and the slots of its ancestors.
 */
export interface Family {
  stands(manifest: DecodedManifest): boolean;
  /** Objects below that home that branches need which stand, each with one of these. */
  neededOf(home: string): ReadonlyMap<string, string>;
  /** What is wrong with the family when that manifest has taken the other's place. */
  problemAfter(before: DecodedManifest | undefined, next: DecodedManifest, work: Work | undefined): string | undefined;
}

export interface FamilyGround {
  manifestAt(home: string): DecodedManifest | undefined;
  tree(checkpoint: DecodedReference): ReadonlySet<string>;
  /** Condemned, or not there. */
  isGone(key: string): boolean;
  isExpected(home: string): boolean;
}

export function createFamily({ manifestAt, tree, isGone, isExpected }: FamilyGround): Family {
  /** Of every branch whose manifest was seen, by home. */
  const seen = new Map<string, DecodedManifest>();
  const needs = new Map<string, readonly string[]>();

  function isPinned({ base, databaseId }: DecodedManifest): boolean {
    const parent = base === undefined ? undefined : manifestAt(base.stretches.at(-1)!.home);
    return parent?.pins.some(({ id }) => id === databaseId) === true;
  }

  function stands(manifest: DecodedManifest): boolean {
    return manifest.base === undefined || isPinned(manifest) || isExpected(manifest.home);
  }

  /** Without the slash in front; slots last. */
  function needsOf(manifest: DecodedManifest): readonly string[] {
    const known = needs.get(manifest.home);
    if (known !== undefined) return known;
    const { checkpoint, stretches } = manifest.base!;
    const keys = checkpoint === undefined ? [] : [...tree(checkpoint)];
    for (const { home, firstSlot, lastSlot } of stretches) {
      for (let slot = firstSlot; slot <= lastSlot; slot++) keys.push(home + slotKey(slot));
    }
    needs.set(manifest.home, keys);
    return keys;
  }

  function standing(): DecodedManifest[] {
    return [...seen.values()].filter((branch) => {
      const now = manifestAt(branch.home);
      // One that was removed by force needs nothing more; what its branches need of others they name themselves.
      return now?.removed !== true && stands(branch) && (now !== undefined || isExpected(branch.home));
    });
  }

  function neededOf(home: string): ReadonlyMap<string, string> {
    const needed = new Map<string, string>();
    for (const branch of standing()) {
      for (const key of needsOf(branch)) if (isBelow(key, home)) needed.set(key, branch.home);
    }
    return needed;
  }

  return {
    stands,
    neededOf,
    problemAfter(before, next, work) {
      if (next.base !== undefined) seen.set(next.home, next);
      const removed = removedWrongly(before, next, work) ?? pinnedWrongly(before, next);
      if (removed !== undefined) return removed;
      const isNew = before === undefined;
      const pinsChanged = before?.pins.length !== next.pins.length;
      for (const branch of standing()) {
        if (isExpected(branch.home) && manifestAt(branch.home) !== undefined && !isPinned(branch))
          return `branch ${branch.home} was acknowledged, and its parent does not pin it any more`;
        const floored = branch.base!.stretches.find(
          ({ home, firstSlot, lastSlot }) => home === next.home && firstSlot <= lastSlot && firstSlot < next.logFloor,
        );
        if (floored !== undefined)
          return `the log of ${next.home || 'the root'} is given up below ${next.logFloor}, but branch ${branch.home} needs it from ${floored.firstSlot} on`;
        if (!isNew && !pinsChanged) continue;
        const gone = needsOf(branch).find(isGone);
        if (gone !== undefined) return `branch ${branch.home} needs ${gone}, which is condemned or not there`;
      }
      return undefined;
    },
  };

  function isBelow(key: string, home: string): boolean {
    return home === '' ? !key.startsWith('branches/') : key.startsWith(home);
  }

  function removedWrongly(
    before: DecodedManifest | undefined,
    next: DecodedManifest,
    work: Work | undefined,
  ): string | undefined {
    if (!next.removed || before?.removed === true || before === undefined) return undefined;
    if (work === undefined) return `${next.home} was removed by nobody who was asked to`;
    const force = work.kind === 'branch-create-start' || work.force;
    if (force || before.pins.length === 0) return undefined;
    return `branch ${next.home} was removed without force, although ${before.pins[0]!.name} is a branch of it`;
  }

  function pinnedWrongly(before: DecodedManifest | undefined, next: DecodedManifest): string | undefined {
    if (before?.removed !== true) return undefined;
    if (!next.removed) return `${next.home} had been removed, and is there again`;
    const added = next.pins.find(({ id }) => !before.pins.some((pin) => pin.id === id));
    return added === undefined ? undefined : `${added.name} was made of ${next.home}, which had been removed`;
  }
}
