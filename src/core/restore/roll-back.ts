import { branchBase } from '../branch/branch-base.ts';
import { swapManifest } from '../branch/change-manifest.ts';
import { manifestOf } from '../branch/create-branch.ts';
import { pinIn, type PinFound } from '../branch/pin-in.ts';
import { readManifestAt } from '../branch/pinned.ts';
import { coreAt } from '../core-at.ts';
import { drawId, log, type Core } from '../core.ts';
import { Contention, NodeFailure } from '../failure.ts';
import { encodeControl } from '../format/control.ts';
import { controlKey, manifestKey } from '../format/keys.ts';
import { encodeManifest } from '../format/manifest.ts';
import { stretchesMax } from '../limits.ts';
import { controlOfNew } from '../recover/create-database.ts';
import { locateManifest } from '../recover/locate-manifest.ts';
import { settledPut } from '../store/objects.ts';
import { until, type Task } from '../task.ts';
import { readDatabase } from '../tool/read-database.ts';
import type { LogEnd } from '../tool/read-up-to.ts';
import { equalBytes } from '../types/bytes.ts';
import type { Base, Cut, Manifest, Pin } from '../types/log.ts';
import { mayNameSuccessor } from './may-name-successor.ts';
import { planRollback, type RollbackPlan, type Unreachable } from './plan-rollback.ts';
import {
  fenceOff,
  keepSeized,
  letGo,
  renewAtMonotonicMs,
  seize,
  takenOver,
  type HeldByDisks,
  type Seized,
} from './seize.ts';
import { skippedRevisionAfter } from './skipped-revision.ts';
import { homeOfSuccessor, removeUnfinished } from './unfinished.ts';

/**
 * A rollback in place: the database goes on as a branch of itself at a cut, above every revision that it ever had, and its manifest says so.
 *
 * 1. The epoch is raised, the manifest stamped with it, and the log fenced: nothing can be acknowledged after what was counted.
 * 2. The branch is made: kept by a pin in the database that is rolled back, and by one in the ancestor whose content it begins as. It is nobody's
 *    until 4, and a later rollback removes what a dead one left of it.
 * 3. The former leader's lease lapses.
 * 4. The successor is named by compare-and-swap on the stamped manifest. Whoever took the lead meanwhile has stamped it too, and defeats this.
 *
 * Until 4 the database is what it was, and any node takes over again; from 4 on nothing of it is ever served but as history. Nothing is destroyed.
 */
export type RolledBack =
  | {
      readonly kind: 'rolled-back';
      readonly plan: RollbackPlan;
      /** Home of what goes on. */
      readonly home: string;
      readonly databaseId: Uint8Array;
      /** Of the database as it ended. */
      readonly lastRevision: number;
      /** Compacted up to here: the first write comes after it. */
      readonly skippedRevision: number;
    }
  | HeldByDisks
  | Unreachable;

const attemptsMax = 20;
const toolName = 't4 restore';

export function* rollBack(core: Core, cut: Cut): Task<RolledBack> {
  const plan = yield* planRollback(core, cut);
  if (plan.kind !== 'plan') return plan;
  const at = coreAt(core, plan.home);
  const seized = yield* seize(at, toolName);
  if (seized.kind !== 'seized') return seized;
  try {
    return yield* rollBackSeized(at, cut, plan, seized);
  } finally {
    yield* letGo(at, seized);
  }
}

function* rollBackSeized(at: Core, cut: Cut, plan: RollbackPlan, seized: Seized): Task<RolledBack> {
  const { reign } = seized;
  const manifest = (yield* locateManifest(at, reign))?.manifest;
  if (manifest === undefined) throw takenOver();
  if (manifest.successor !== undefined)
    throw new NodeFailure('the database was rolled back by somebody else meanwhile');
  if (manifest.removed) throw new NodeFailure('the database was deleted meanwhile');
  const end = yield* fenceOff(at, seized, { control: reign.control, manifest }, plan.end);
  yield* removeUnfinished(at, manifest);
  yield* keepSeized(at, seized);
  const made = yield* makeSuccessor(at, cut, plan, seized, end);
  if ('kind' in made) return made;
  while (at.at.monotonicMs < seized.servedUntilMonotonicMs) {
    yield* keepSeized(at, seized);
    yield* until(Math.min(seized.servedUntilMonotonicMs, renewAtMonotonicMs(reign)));
  }
  yield* nameSuccessor(at, seized, made);
  const { home, databaseId, base } = made;
  const { skippedRevision } = base!.stretches.at(-1)!;
  log(at, 'info', 'rolled back', { revision: plan.revision, home, goesOnAbove: skippedRevision });
  const lastRevision = end.position.revision;
  return { kind: 'rolled-back', plan, home, databaseId, lastRevision, skippedRevision };
}

function* makeSuccessor(
  at: Core,
  cut: Cut,
  plan: RollbackPlan,
  seized: Seized,
  end: LogEnd,
): Task<Manifest | Unreachable> {
  const id = drawId(at);
  const home = homeOfSuccessor(id);
  // Not before the last of what is abandoned: a moment before it is told from one after it by this.
  const createdWallMs = Math.max(at.at.wallMs, end.wallMs + 1);
  const line = coreAt(at, plan.lineHome);
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const database = yield* readDatabase(line);
    const found = yield* branchBase(line, database, cut);
    if (found.kind !== 'base') return found;
    const base = skipping(found.base, skippedRevisionAfter(end.position.revision));
    if (base.stretches.length > stretchesMax) throw new NodeFailure(`a branch has at most ${stretchesMax} ancestors`);
    const keeper = base.stretches.at(-1)!.home;
    const pin: Pin = { id, name: home, createdWallMs, ...found.needs };
    const isKeptHere = keeper === at.home;
    const { endsWithLog } = found;
    const pinHere = isKeptHere ? { pin, endsWithLog } : { pin: { ...pin, ...nothingKept }, endsWithLog: false };
    const manifest = { ...manifestOf(database.manifest, base, pin), predecessor: at.home };
    if (!(yield* pinIn(at, database.manifest, at.home, pinHere))) continue;
    yield* settledPut(at, `/${home}${manifestKey}`, encodeManifest(manifest, at.digest), { kind: 'absent' });
    if (!isKeptHere) yield* pinElsewhere(at, database.manifest, keeper, { pin, endsWithLog });
    // Clients see terms that go on.
    const control = { ...controlOfNew(at, id), epoch: seized.reign.epoch, leaseMs: seized.reign.control.leaseMs };
    yield* settledPut(at, `/${home}${controlKey}`, encodeControl(control, at.digest), { kind: 'absent' });
    return manifest;
  }
  throw new Contention(`${manifestKey} was changed by others in each of ${attemptsMax} attempts: try again later`);
}

function* pinElsewhere(at: Core, line: Manifest, keeper: string, found: PinFound): Task<void> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) if (yield* pinIn(at, line, keeper, found)) return;
  throw new NodeFailure(
    `/${keeper}${manifestKey} changes all the time, or no longer keeps what was to come back: try again`,
  );
}

const nothingKept = { checkpoint: undefined, firstSlot: 1, lastSlot: 0 } as const;

function skipping({ checkpoint, stretches }: Base, skippedRevision: number): Base {
  return { checkpoint, stretches: [...stretches.slice(0, -1), { ...stretches.at(-1)!, skippedRevision }] };
}

function* nameSuccessor(at: Core, { reign }: Seized, made: Manifest): Task<void> {
  for (;;) {
    const held = yield* readManifestAt(at, at.home);
    const manifest = held?.manifest;
    if (manifest?.successor === made.home) return;
    if (held === undefined || !mayNameSuccessor(held.manifest, reign.epoch)) throw takenOver();
    if (!held.manifest.pins.some(({ id }) => equalBytes(id, made.databaseId))) {
      throw new NodeFailure('somebody removed what this rollback had begun: nothing was rolled back, try again');
    }
    yield* swapManifest(at, held, { ...held.manifest, successor: made.home });
  }
}
