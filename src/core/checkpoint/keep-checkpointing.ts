import { log, type Core } from '../core.ts';
import { checkpointsKept } from '../limits.ts';
import { readManifest, updateManifest, type HeldManifest } from '../recover/locate-manifest.ts';
import { NodeFailure } from '../failure.ts';
import { manifestKey } from '../format/keys.ts';
import type { RecoveredDatabase } from '../recover/recover.ts';
import type { Reign } from '../reign/reign.ts';
import { until, type Task } from '../task.ts';
import type { CheckpointReference, Manifest } from '../types/log.ts';
import { writeCheckpoint } from './write-checkpoint.ts';

/** Takes a checkpoint whenever so many segments have come since the last one that is named in the manifest. */

export interface CheckpointEdges {
  began(): void;
  /** `slot` of the checkpoint that the manifest names now; undefined: it was given up. */
  ended(slot: number | undefined): void;
  deposed(reason: string): void;
}

const looksEveryMs = 250;
const afterFailureMs = 60_000;
const topic = 'checkpoint';

export function* keepCheckpointing(
  core: Core,
  reign: Reign,
  database: RecoveredDatabase,
  edges: CheckpointEdges,
): Task<void> {
  const { recovered } = database;
  let { held } = database;
  for (;;) {
    yield* until(core.at.monotonicMs + looksEveryMs);
    const last = held.manifest.checkpoints.at(-1)?.slot ?? 0;
    if (recovered.position.slot - last < core.configuration.checkpointSegments) continue;
    edges.began();
    const reference = yield* writeCheckpoint(core, held.manifest.databaseId, recovered);
    if (typeof reference === 'string') {
      edges.ended(undefined);
      core.problems.set(topic, reference);
      log(core, 'error', 'checkpoint given up', { reason: reference });
      yield* until(core.at.monotonicMs + afterFailureMs);
      continue;
    }
    core.problems.delete(topic);
    const named = yield* nameCheckpoint(core, reign, held, reference);
    if (named === 'deposed') {
      edges.deposed('the manifest carries a later epoch');
      return;
    }
    held = named;
    edges.ended(reference.slot);
    log(core, 'info', 'checkpoint named in the manifest', {
      slot: reference.slot,
      checkpoints: held.manifest.checkpoints.length,
    });
  }
}

function* nameCheckpoint(
  core: Core,
  reign: Reign,
  first: HeldManifest,
  reference: CheckpointReference,
): Task<HeldManifest | 'deposed'> {
  let held = first;
  for (;;) {
    const updated = yield* updateManifest(core, reign, held, (manifest) => withCheckpoint(manifest, reference));
    if (updated !== 'changed') return updated;
    const read = yield* readManifest(core);
    if (read === undefined) throw new NodeFailure(`${manifestKey} is gone: somebody deletes from this prefix`);
    held = read;
  }
}

function withCheckpoint(manifest: Manifest, reference: CheckpointReference): Manifest {
  const checkpoints = manifest.checkpoints.filter(({ slot }) => slot < reference.slot);
  return { ...manifest, checkpoints: [...checkpoints, reference].slice(-checkpointsKept) };
}
