import type { Manifest } from '../../types/log.ts';
import type { LogWalk } from './walk-log.ts';
import type { Finding, Problem, Scope, VerifiedCheckpoint } from './verification.ts';

/** What each problem costs: what still works without the object, and what does not. */

export interface Outcome {
  readonly manifest: Manifest;
  readonly checkpoints: readonly VerifiedCheckpoint[];
  readonly walk: LogWalk;
  readonly problems: readonly Problem[];
}

export function findingOf(outcome: Outcome, problem: Problem): Finding {
  const { key, kind, what, scope } = problem;
  const through =
    scope.kind === 'slots' && scope.lastSlot > scope.firstSlot ? ` (and so are the slots up to ${scope.lastSlot})` : '';
  return { key, kind, what: what + through, cost: costOf(outcome, problem) };
}

function costOf(outcome: Outcome, { kind, scope }: Problem): string {
  switch (scope.kind) {
    case 'control':
      return 'no node can lead until it is restored from a version or a backup of the bucket; the data is not touched by this';
    case 'manifest':
      return 'no node can start until it is restored from a version or a backup of the bucket: it names the checkpoints and where the log begins';
    case 'condemned':
      return 'no data: the objects that it lists are not deleted, and their room is not freed';
    case 'doomed':
      return 'the collector will delete it: stop collecting, and write a new checkpoint before the grace period ends';
    case 'base':
      return baseCost(outcome);
    case 'checkpoints':
      return kind === 'content' ? contentCost(outcome, scope.checkpoints) : checkpointsCost(outcome, scope.checkpoints);
    case 'slots':
      return slotsCost(outcome, scope);
  }
}

function baseCost(outcome: Outcome): string {
  const newest = newestUsable(outcome);
  if (newest === undefined) return 'nothing of this branch can be read: it begins with what its parent had';
  return `revisions before ${newest.reference.revision} can no longer be read; a recovery begins with ${named(newest)}, and does not need it`;
}

function contentCost(outcome: Outcome, keys: ReadonlySet<string>): string {
  const others = usable(outcome).filter(({ reference }) => !keys.has(reference.key));
  const other = others.at(-1);
  const instead = other === undefined ? 'no other checkpoint can be used' : `${named(other)} holds what the log says`;
  return `a recovery that begins with it serves another state than was acknowledged: do not start a node on an empty folder; ${instead}`;
}

function checkpointsCost(outcome: Outcome, keys: ReadonlySet<string>): string {
  const costs: string[] = [];
  const affected = outcome.checkpoints.filter(({ reference }) => keys.has(reference.key));
  const isOwn = affected.some(({ reference }) => isNamed(outcome.manifest, reference.key));
  if (isOwn) costs.push(recoveryCost(outcome, affected));
  for (const pin of outcome.manifest.pins) {
    if (pin.checkpoint !== undefined && keys.has(pin.checkpoint.key)) {
      costs.push(`the branch ${pin.name} loses what it began as`);
    }
  }
  return costs.length > 0 ? costs.join('; ') : 'nothing: no longer needed';
}

function recoveryCost(outcome: Outcome, affected: readonly VerifiedCheckpoint[]): string {
  const { manifest, walk } = outcome;
  const slots = affected.map(({ reference }) => `that of slot ${reference.slot}`).join(', ');
  const unusable = `unusable: the checkpoint${affected.length > 1 ? 's' : ''} ${slots.replace('that of ', 'of ')}`;
  const best = newestUsable(outcome);
  const isNewestHit = affected.some(({ reference }) => reference.key === manifest.checkpoints.at(-1)?.key);
  if (best === undefined) {
    if (manifest.logFloor > 1) {
      return `${unusable}. No checkpoint is left, and the log begins with slot ${manifest.logFloor} only: nothing can be recovered but from a node's own folder`;
    }
    return `${unusable}. A recovery begins with the first slot of the log instead, and reads all ${walk.nextSlot - 1} of them`;
  }
  if (isNewestHit) {
    return `${unusable}. A recovery begins with ${named(best)} instead, and reads ${walk.nextSlot - 1 - best.reference.slot} slots of the log`;
  }
  const oldest = usable(outcome)[0]!;
  const lost = manifest.logFloor > 1 && affected.some(({ reference }) => reference.slot < oldest.reference.slot);
  if (lost) {
    return `${unusable}. Revisions before ${oldest.reference.revision} can no longer be read or restored; a recovery begins with ${named(best)}, and does not need it`;
  }
  return `${unusable}. Nothing is lost: a recovery begins with ${named(best)}, and earlier revisions are read from the checkpoint before`;
}

function slotsCost(outcome: Outcome, scope: Extract<Scope, { readonly kind: 'slots' }>): string {
  const { checkpoints, manifest } = outcome;
  const pins = manifest.pins
    .filter(({ firstSlot, lastSlot }) => firstSlot <= scope.lastSlot && scope.firstSlot <= lastSlot)
    .map(({ name }) => `; the branch ${name} cannot be read beyond it`)
    .join('');
  const after = checkpoints.find(({ reference, usable: isUsable }) => isUsable && reference.slot >= scope.lastSlot);
  const before = scope.revisionBefore;
  if (after === undefined) {
    if (before === undefined) {
      return `it lies behind other damage: nothing from there on is proved${pins}`;
    }
    return `no node starts until it is restored; without it revisions above ${before} are lost${pins}`;
  }
  const best = newestUsable(outcome)!;
  if (before === undefined) {
    return `it lies behind other damage, before ${named(after)}: nothing more than that costs${pins}`;
  }
  const between =
    after.reference.revision - before > 1
      ? `revisions ${before + 1} to ${after.reference.revision - 1} can no longer be read or restored one by one`
      : 'no revision';
  return `${between}; a recovery begins with ${named(best)}, and does not need it${pins}`;
}

function usable({ checkpoints, manifest }: Outcome): readonly VerifiedCheckpoint[] {
  return checkpoints.filter(({ usable: isUsable, reference }) => isUsable && isNamed(manifest, reference.key));
}

function newestUsable(outcome: Outcome): VerifiedCheckpoint | undefined {
  return usable(outcome).at(-1);
}

function isNamed(manifest: Manifest, key: string): boolean {
  return manifest.checkpoints.some((checkpoint) => checkpoint.key === key);
}

function named({ reference }: VerifiedCheckpoint): string {
  return `the checkpoint of slot ${reference.slot} (revision ${reference.revision})`;
}
