import { archiveOldSlots } from '../archive/archive-old-slots.ts';
import { log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { manifestKey } from '../format/keys.ts';
import { forgetDead } from '../members/forget-dead.ts';
import { createKnownNodes } from '../members/known-nodes.ts';
import { isStanding, readManifest, type HeldManifest } from '../recover/locate-manifest.ts';
import type { Reign } from '../reign/reign.ts';
import { until, type Task } from '../task.ts';
import type { CondemnedSlots, Manifest } from '../types/log.ts';
import { collectAbandoned } from './collect-lines.ts';
import { condemn, type CollectSettings } from './condemn.ts';
import { ripeSlotsBelow } from './ripe-slots.ts';
import { sweep, type Ripe } from './sweep.ts';

/**
 * The leader's collector: condemns at every interval, deletes what it has seen condemned for the whole grace period by its own
 * monotonic clock. A new leader begins to count anew.
 */
export interface CollectEdges {
  /** A checkpoint is being written: what it has uploaded so far is named by nothing. */
  checkpointing(): boolean;
  /** Values of a checkpoint are still to come: its chunks are read, whoever names them. */
  loading(): boolean;
  deposed(reason: string): void;
  /** What a round did. */
  collected(round: CollectionRound): void;
}

export interface CollectionRound {
  /** As it left it. */
  readonly manifest: Manifest;
  readonly objectsCondemned: number;
  readonly bytesCondemned: number;
  readonly objectsDeleted: number;
  readonly slotsDeleted: number;
}

const topic = 'collector';

export function* keepCollecting(core: Core, reign: Reign, edges: CollectEdges): Task<void> {
  const { collectIntervalMs, collectGraceMs } = core.configuration;
  const settings: CollectSettings = { retention: undefined, youngMs: collectGraceMs, dryRun: false };
  const seen = new Map<string, number>();
  const nodes = createKnownNodes();
  if (collectIntervalMs === 0) return;
  for (;;) {
    yield* until(core.at.monotonicMs + collectIntervalMs);
    yield* forgetDead(core, nodes, collectGraceMs);
    if (edges.checkpointing() || edges.loading()) continue;
    const end = yield* round(
      core,
      reign,
      settings,
      (manifest) => ripeIn(manifest, seen, core.at.monotonicMs, collectGraceMs),
      // A checkpoint under way has to see every generation of the manifest but one.
      () => !edges.checkpointing(),
    );
    if (end.kind === 'collected') edges.collected(end.round);
    if (end.kind === 'deposed') {
      edges.deposed('the manifest carries a later epoch');
      return;
    }
    if (end.kind === 'unreadable') {
      core.problems.set(topic, `nothing is deleted: ${end.reason}`);
      log(core, 'error', 'nothing is collected: what is needed cannot be told', { reason: end.reason });
    } else if (end.kind === 'unarchived') {
      core.problems.set(topic, `old slots are not archived: ${end.reason}`);
      log(core, 'error', 'old slots are not archived: one of them cannot be read', { reason: end.reason });
    } else {
      core.problems.delete(topic);
    }
  }
}

/** Whatever cannot be read ends the round, not the reign: who leads can serve without it. */
function* round(
  core: Core,
  reign: Reign,
  settings: CollectSettings,
  ripeIn: (manifest: Manifest) => Ripe,
  mayArchive: () => boolean,
): Task<CollectEnd> {
  try {
    const held = yield* readManifest(core);
    if (held === undefined) return { kind: 'unreadable', reason: `${manifestKey} is missing` };
    if (held.manifest.epoch > reign.epoch) return { kind: 'deposed' };
    const end = yield* collect(core, reign, held, settings, ripeIn, mayArchive);
    if (end.kind === 'collected' && held.manifest.predecessor !== undefined) {
      yield* collectAbandoned(core, held.manifest, { ...settings, graceMs: core.configuration.collectGraceMs });
    }
    return end;
  } catch (error) {
    if (!(error instanceof NodeFailure)) throw error;
    return { kind: 'unreadable', reason: error.message };
  }
}

type CollectEnd =
  | { readonly kind: 'collected'; readonly round: CollectionRound }
  /** Somebody else wrote meanwhile: the next round begins anew. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'deposed' }
  | { readonly kind: 'unreadable' | 'unarchived'; readonly reason: string };

function* collect(
  core: Core,
  reign: Reign,
  held: HeldManifest,
  settings: CollectSettings,
  ripeIn: (manifest: Manifest) => Ripe,
  mayArchive: () => boolean,
): Task<CollectEnd> {
  const ripe = ripeIn(held.manifest);
  // First what tells what is needed: where some of it cannot be read, not even what was condemned before is deleted.
  const condemned = yield* condemn(core, reign, held, settings);
  if (condemned.kind === 'changed') return { kind: 'changed' };
  if (condemned.kind === 'unreadable') return yield* unreadable(core, held, condemned.reason);
  if (condemned.kind === 'deposed') return condemned;
  const { manifest } = condemned.condemnation;
  // Counts from now what was condemned just now.
  ripeIn(manifest.manifest);
  const swept = yield* sweep(core, reign, manifest, ripe);
  if (swept.kind === 'unreadable') return yield* unreadable(core, manifest, swept.reason);
  if (swept.kind === 'deposed') return swept;
  const { objects: objectsCondemned, bytes: bytesCondemned } = condemned.condemnation;
  const { objects: objectsDeleted, slots: slotsDeleted } = swept.kind === 'swept' ? swept : { objects: 0, slots: 0 };
  const collected = (left: HeldManifest): CollectEnd => ({
    kind: 'collected',
    round: { manifest: left.manifest, objectsCondemned, bytesCondemned, objectsDeleted, slotsDeleted },
  });
  if (swept.kind === 'changed') return collected(manifest);
  const archived = yield* archiveOldSlots(core, reign, swept.manifest, mayArchive);
  if (archived.kind === 'changed') return collected(swept.manifest);
  if (archived.kind === 'deposed') return archived;
  ripeIn(archived.manifest.manifest);
  if (archived.kind === 'archived' || !(yield* isStanding(core, archived.manifest))) {
    return collected(archived.manifest);
  }
  return { kind: 'unarchived', reason: archived.reason };
}

/** What another collector took away meanwhile is needed no more. */
function* unreadable(core: Core, held: HeldManifest, reason: string): Task<CollectEnd> {
  return (yield* isStanding(core, held)) ? { kind: 'unreadable', reason } : { kind: 'changed' };
}

/** What this leader has seen condemned for the whole grace period. */
function ripeIn(manifest: Manifest, seen: Map<string, number>, nowMs: number, graceMs: number): Ripe {
  const isRipe = (name: string): boolean => {
    const since = seen.get(name);
    if (since === undefined) seen.set(name, nowMs);
    return since !== undefined && nowMs - since >= graceMs;
  };
  const { condemned, condemnedSlots } = manifest;
  const names = new Set([...condemnedSlots.map(nameOfSlots), ...condemned.map(({ key }) => key)]);
  const lists = condemned.filter(({ key }) => isRipe(key));
  const ripe = new Set(condemnedSlots.filter((slots) => isRipe(nameOfSlots(slots))));
  const slotsBelow = ripeSlotsBelow(manifest, (slots) => ripe.has(slots));
  for (const name of [...seen.keys()]) if (!names.has(name)) seen.delete(name);
  return { lists, slotsBelow };
}

function nameOfSlots({ below }: CondemnedSlots): string {
  return `slots below ${below}`;
}
