import { createCheckpointing, type Checkpointing } from '../checkpoint/keep-checkpointing.ts';
import { keepCollecting } from '../collect/keep-collecting.ts';
import type { Scrubbing } from '../compact/scrubbing.ts';
import type { Core } from '../core.ts';
import { forgetPassedOver } from '../corruption/keep-checking.ts';
import type { RecoveredDatabase } from '../recover/recover.ts';
import type { Reign } from '../reign/reign.ts';
import type { Task } from '../task.ts';
import type { KeepingStatus } from '../types/response.ts';
import type { ValueSource } from '../values/value-source.ts';
import { collectedNothing, keepingOf, withRound } from './keeping-status.ts';

/** What a leader keeps in the object store beside the log, and what it takes away there. */
export interface Keeping {
  readonly checkpoints: Checkpointing;
  /** Goes on for as long as the reign. */
  collect(): Task<void>;
  /** Of the newest checkpoint that the manifest names; 0: of none. */
  checkpointSlot(): number;
  status(): KeepingStatus;
}

export function createKeeping(
  core: Core,
  reign: Reign,
  database: RecoveredDatabase,
  values: ValueSource,
  scrubbing: Scrubbing,
  deposed: (reason: string) => void,
): Keeping {
  let { manifest } = database.held;
  let checkpointSlot = manifest.checkpoints.at(-1)?.slot ?? 0;
  let checkpointing = false;
  let collected = collectedNothing;

  const checkpoints = createCheckpointing(core, reign, database, values, {
    manifest: (seen) => (manifest = seen),
    began() {
      checkpointing = true;
      scrubbing.hold('checkpointing');
    },
    ended(slot) {
      checkpointing = false;
      if (slot !== undefined) {
        checkpointSlot = slot;
        forgetPassedOver(core);
      }
      scrubbing.letGo('checkpointing');
    },
    deposed,
  });

  return {
    checkpoints,
    collect: () =>
      keepCollecting(core, reign, {
        checkpointing: () => checkpointing,
        loading: () => values.loading() !== undefined,
        deposed,
        collected(round) {
          manifest = round.manifest;
          collected = withRound(collected, round);
        },
      }),
    checkpointSlot: () => checkpointSlot,
    status: () => keepingOf(manifest, checkpoints.progress(), collected),
  };
}
