import { drawId, log, type Core } from '../core.ts';
import { Contention, NodeFailure } from '../failure.ts';
import { encodeManifest } from '../format/manifest.ts';
import { homeOfBranch, manifestKey } from '../format/keys.ts';
import { stretchesMax } from '../limits.ts';
import { onLineOf } from '../restore/line-at.ts';
import { settledPut } from '../store/objects.ts';
import type { Task } from '../task.ts';
import { readDatabase } from '../tool/read-database.ts';
import { equalBytes } from '../types/bytes.ts';
import type { Base, Cut, Manifest, Pin } from '../types/log.ts';
import { branchBase, type BranchBase } from './branch-base.ts';
import { establishBranch } from './establish-branch.ts';
import { liveBranches } from './live-branches.ts';
import { checkMayPin, pinIn } from './pin-in.ts';
import { removeBranch } from './remove-branch.ts';
import { rivalOf } from './rival-of.ts';

/**
 * Makes a branch of the database at this home: first the pin in the parent's manifest, then the branch's own manifest.
 *
 * Nothing is copied: the number of requests does not depend on the database's size.
 */
export type BranchCreated =
  | { readonly kind: 'created'; readonly manifest: Manifest }
  | { readonly kind: 'name-taken'; readonly home: string }
  | Exclude<BranchBase, { readonly kind: 'base' }>;

const attemptsMax = 20;

export function* createBranch(core: Core, name: string, cut: Cut): Task<BranchCreated> {
  const [taken] = yield* liveBranches(core, name);
  if (taken !== undefined) return { kind: 'name-taken', home: taken.home };
  return (yield* onLineOf(core, cut, (line) => branchOnLine(line, name, cut))).answer;
}

function* branchOnLine(core: Core, name: string, cut: Cut): Task<BranchCreated> {
  const databaseId = drawId(core);
  const home = homeOfBranch(name, databaseId);
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const database = yield* readDatabase(core);
    checkMayPin(database.manifest);
    const found = yield* branchBase(core, database, cut);
    if (found.kind !== 'base') return found;
    if (found.base.stretches.length > stretchesMax)
      throw new NodeFailure(`a branch has at most ${stretchesMax} ancestors`);
    const createdWallMs = core.at.wallMs;
    const pin: Pin = { id: databaseId, name: home, createdWallMs, ...found.needs };
    const manifest = manifestOf(database.manifest, found.base, pin);
    const body = encodeManifest(manifest, core.digest);
    const isThere = yield* establishBranch({
      pin: () =>
        pinIn(core, database.manifest, found.base.stretches.at(-1)!.home, { pin, endsWithLog: found.endsWithLog }),
      write: () => settledPut(core, `/${home}${manifestKey}`, body, { kind: 'absent' }),
    });
    if (isThere) return yield* settleName(core, name, manifest);
  }
  throw new Contention(`${manifestKey} was changed by others in each of ${attemptsMax} attempts: try again later`);
}

/** Of a new branch. */
export function manifestOf(parent: Manifest, base: Base, pin: Pin): Manifest {
  return {
    databaseId: pin.id,
    epoch: 0,
    generation: 0,
    createdWallMs: pin.createdWallMs,
    logInflightMax: parent.logInflightMax,
    logFloor: 1,
    logCollectedFloor: 1,
    archives: [],
    condemnedSlots: [],
    retention: parent.retention,
    checkpoints: [],
    condemned: [],
    home: pin.name,
    base,
    pins: [],
    successor: undefined,
    predecessor: undefined,
    removed: false,
  };
}

/** Two that were made at once have both looked in vain before: each that sees the other now withdraws. */
function* settleName(core: Core, name: string, manifest: Manifest): Task<BranchCreated> {
  const live = yield* liveBranches(core, name);
  const other = rivalOf(live, manifest.databaseId);
  const isThere = live.some(({ databaseId }) => equalBytes(databaseId, manifest.databaseId));
  if (isThere && other === undefined) {
    log(core, 'info', 'branch created', { home: manifest.home });
    return { kind: 'created', manifest };
  }
  if (other === undefined) throw new NodeFailure(`${manifest.home} was deleted while it was being made`);
  yield* removeBranch(core, manifest.home, true);
  return { kind: 'name-taken', home: other.home };
}
