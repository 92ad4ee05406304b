import { log, type Core } from '../core.ts';
import { checkAlive } from '../branch/pinned.ts';
import { recoverFromBase } from '../branch/recover-from-base.ts';
import { checkAtStart } from '../corruption/check-at-start.ts';
import type { Mismatch } from '../corruption/mismatch.ts';
import { recoverFromCheckpoint } from '../checkpoint/load-checkpoint.ts';
import type { Manifest } from '../types/log.ts';
import type { Reign } from '../reign/reign.ts';
import { isSuperseded } from '../restore/is-superseded.ts';
import { createState } from '../state/state.ts';
import type { Task } from '../task.ts';
import { nothing, positionOfGenesis } from './genesis.ts';
import { completed, noTables, reuseLocalState } from './local-state.ts';
import { locateManifest, type HeldManifest } from './locate-manifest.ts';
import { readLog, type LogRules } from './read-log.ts';
import type { Recovered } from './recovered.ts';
import { establishRule, reopen, type Opened } from './reopen.ts';

/**
 * The way of a recovery, a file a stage:
 *
 *   claim-epoch.ts       stand by, and win the epoch in `control`
 *   locate-manifest.ts   read the manifest, and stamp it with the epoch
 *   local-state.ts       go on from the local store, if its place in the chain is proved
 *   ../checkpoint/load-checkpoint.ts   else from the newest checkpoint that is whole: its keys; the values come later
 *   ../branch/recover-from-base.ts     else, of a branch, from what it began as
 *   read-log.ts, verify.ts, replay.ts  then the log to its end, proving the chain
 *   reopen.ts            what this disk alone holds, and the fence, go into the next slot
 *
 * Whatever is torn, damaged or missing is named, and nothing behind it is served.
 */
export interface RecoveredDatabase {
  readonly recovered: Recovered;
  readonly opened: Opened;
  readonly held: HeldManifest;
  /** What the state had to do without, or is not as it should be: an operator has to look. */
  readonly mismatches: readonly Mismatch[];
}

/** `superseded`: the database was rolled back, and goes on elsewhere. */
export function* recover(core: Core, reign: Reign): Task<RecoveredDatabase | 'deposed' | 'superseded'> {
  const held = yield* locateManifest(core, reign);
  if (held === undefined) return 'deposed';
  const { manifest } = held;
  yield* checkAlive(core, manifest);
  if (isSuperseded(manifest)) return 'superseded';
  const mismatches: Mismatch[] = [];
  const recovered =
    (yield* reuseLocalState(core, manifest)) ??
    (yield* recoverFromCheckpoint(core, manifest, mismatches)) ??
    (yield* fromGenesis(core, manifest));
  const started = recovered.position.slot;
  const rules: LogRules = {
    databaseId: manifest.databaseId,
    logInflightMax: manifest.logInflightMax,
    durableSlot: Math.max(reign.control.durableSlot, manifest.checkpoints.at(-1)?.slot ?? 0),
    epoch: reign.epoch,
    archives: manifest.archives,
  };
  if ((yield* readLog(core, recovered, rules)) === 'deposed') return 'deposed';
  const opened = yield* reopen(core, reign, recovered, rules);
  if (opened === 'deposed') return 'deposed';
  yield* establishRule(core, reign);
  log(core, 'info', 'recovered', {
    revision: recovered.position.revision,
    slot: recovered.position.slot,
    replayedSlots: recovered.position.slot - started,
    keys: recovered.state.keys,
    leases: recovered.leases.size,
  });
  mismatches.push(...(yield* checkAtStart(core, reign, recovered)));
  return { recovered, opened, held, mismatches };
}

function* fromGenesis(core: Core, manifest: Manifest): Task<Recovered> {
  const { base, databaseId } = manifest;
  if (base !== undefined) return yield* recoverFromBase(core, manifest, base);
  const position = positionOfGenesis(core, databaseId, nothing);
  return completed(core, createState(), { ...noTables(), position, wallMs: 0, loading: undefined });
}
