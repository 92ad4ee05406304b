import { log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import type { HeldManifest } from '../recover/locate-manifest.ts';
import type { RecoveredDatabase } from '../recover/recover.ts';
import type { Reign } from '../reign/reign.ts';
import { createSignal, fire, waitFor, waitForUntil, type Task } from '../task.ts';
import type { CheckpointReference, ChunkReference, Manifest } from '../types/log.ts';
import type { CheckpointProgress } from '../types/response.ts';
import type { ValueSource } from '../values/value-source.ts';
import { readCheckpointBase, type CheckpointBase } from './checkpoint-tree.ts';
import { checkpointDue } from './checkpoint-due.ts';
import { missesNothing } from './may-name-checkpoint.ts';
import { nameCheckpoint, readAgain } from './name-checkpoint.ts';
import { writeCheckpoint } from './write-checkpoint.ts';

/**
 * A reign's checkpoints: when so many segments have come since the last one that is named in the manifest, when so much time has passed and
 * there is something new, when somebody asks for one, and before an orderly end. One at a time, each built upon the one before it.
 */
export interface Checkpointing {
  /** Goes on for as long as the reign. */
  keep(): Task<void>;
  /** Soon one that holds everything that is in a slot now; `done` is told the reference, or why there is none. */
  requestCheckpoint(done: (outcome: TakenCheckpoint | string) => void): void;
  /** Of the one that is being written. */
  progress(): CheckpointProgress | undefined;
  /** The last one of the reign, if starting without it would take long. Whoever waits for it bounds it. */
  finish(): Task<void>;
}

export interface TakenCheckpoint {
  readonly reference: CheckpointReference;
  readonly objectsUploaded: number;
  readonly bytesUploaded: number;
}

export interface CheckpointEdges {
  /** As it was read or written just now. */
  manifest(manifest: Manifest): void;
  began(): void;
  /** `slot` of the checkpoint that the manifest names now; undefined: it was given up. */
  ended(slot: number | undefined): void;
  deposed(reason: string): void;
}

const looksEveryMs = 250;
const afterFailureMs = 60_000;
const topic = 'checkpoint';
/** So many slots are replayed in about the time that a checkpoint takes. */
const slotsAtFinishMin = 16;
/** A collector that condemns what was just uploaded, again and again, is none. */
const attemptsMax = 5;

type Outcome = TakenCheckpoint | string | 'deposed';

export function createCheckpointing(
  core: Core,
  reign: Reign,
  database: RecoveredDatabase,
  values: ValueSource,
  edges: CheckpointEdges,
): Checkpointing {
  const { recovered } = database;
  const wanted = createSignal();
  const endedSignal = createSignal();
  const unnamed = new Map<string, ChunkReference>();
  let held: HeldManifest = database.held;
  let base: CheckpointBase | undefined;
  let baseRead = false;
  let running = false;
  let finishing = false;
  let lastMs = core.at.monotonicMs;
  let notBeforeMs = core.at.monotonicMs;
  let asking: ((outcome: TakenCheckpoint | string) => void)[] = [];
  let progress: CheckpointProgress | undefined;

  function last(): CheckpointReference | undefined {
    return held.manifest.checkpoints.at(-1);
  }

  function isDue(): boolean {
    if (asking.length > 0) return true;
    if (core.at.monotonicMs < notBeforeMs) return false;
    return checkpointDue({
      slots: recovered.position.slot - (last()?.slot ?? 0),
      sinceMs: core.at.monotonicMs - lastMs,
      segmentsMax: core.configuration.checkpointSegments,
      intervalMs: core.configuration.checkpointIntervalMs,
    });
  }

  /** False: the reign is over. */
  function* take(): Task<boolean> {
    const answering = asking;
    asking = [];
    running = true;
    edges.began();
    const outcome = yield* writeAndName();
    running = false;
    progress = undefined;
    edges.manifest(held.manifest);
    edges.ended(typeof outcome === 'string' ? undefined : outcome.reference.slot);
    fire(endedSignal);
    for (const done of answering) done(outcome === 'deposed' ? 'this node no longer leads' : outcome);
    if (outcome === 'deposed') {
      edges.deposed('the manifest carries a later epoch');
      return false;
    }
    if (typeof outcome === 'string') {
      notBeforeMs = core.at.monotonicMs + afterFailureMs;
      core.problems.set(topic, outcome);
      log(core, 'error', 'checkpoint given up', { reason: outcome });
      return true;
    }
    core.problems.delete(topic);
    log(core, 'info', 'checkpoint named in the manifest', {
      slot: outcome.reference.slot,
      checkpoints: held.manifest.checkpoints.length,
    });
    return true;
  }

  /** What is uploaded from now on cannot have been condemned before; what was left of an earlier attempt may have been. */
  function* lookAtManifest(): Task<void> {
    try {
      const now = yield* readAgain(core);
      if (!missesNothing(held.manifest.generation, now.manifest.generation)) unnamed.clear();
      held = now;
    } catch (error) {
      if (!(error instanceof NodeFailure)) throw error;
      // What stands there cannot be read: if nobody has written it since, naming the checkpoint mends it.
      log(core, 'error', 'the manifest cannot be read', { reason: error.message });
      unnamed.clear();
    }
  }

  function* writeAndName(): Task<Outcome> {
    lastMs = core.at.monotonicMs;
    yield* lookAtManifest();
    if (!baseRead) base = yield* readCheckpointBase(core, held.manifest);
    baseRead = true;
    const began = (writing: CheckpointProgress): void => void (progress = writing);
    let objectsUploaded = 0;
    let bytesUploaded = 0;
    for (let attempt = 1; ; attempt++) {
      const ground = {
        databaseId: held.manifest.databaseId,
        recovered,
        values,
        base,
        previous: last(),
        unnamed,
        began,
      };
      const written = yield* writeCheckpoint(core, ground);
      if (typeof written === 'string') return written;
      objectsUploaded += written.objectsUploaded;
      bytesUploaded += written.bytesUploaded;
      const naming = yield* nameCheckpoint(core, reign, held, written);
      if (naming.kind === 'deposed') return 'deposed';
      held = naming.held;
      if (naming.kind === 'unreadable') return naming.reason;
      if (naming.kind === 'named') {
        base = written.base;
        unnamed.clear();
        return { reference: written.reference, objectsUploaded, bytesUploaded };
      }
      const { slot } = written.reference;
      if (naming.kind === 'missed') {
        unnamed.clear();
        log(
          core,
          'warn',
          'a part of the checkpoint may have been condemned before it was named; all of it is written anew',
          {
            slot,
          },
        );
      } else {
        for (const key of naming.keys) core.unusableObjects.add(key);
        log(core, 'warn', 'a part of the checkpoint was condemned before it was named; that is written anew', {
          slot,
          objects: naming.keys.length,
        });
      }
      if (attempt === attemptsMax)
        return 'what was uploaded was condemned again and again before the manifest could name it';
    }
  }

  return {
    progress: () => progress,
    *keep() {
      for (;;) {
        yield* waitForUntil(wanted, core.at.monotonicMs + looksEveryMs);
        if (finishing) return;
        if (running || !isDue()) continue;
        if (!(yield* take())) return;
      }
    },
    requestCheckpoint(done) {
      asking.push(done);
      fire(wanted);
    },
    *finish() {
      finishing = true;
      while (running) yield* waitFor(endedSignal);
      if (recovered.position.slot - (last()?.slot ?? 0) > slotsAtFinishMin) yield* take();
    },
  };
}
