import type { Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { controlKey, manifestKey } from '../format/keys.ts';
import { controlOfNew } from '../recover/create-database.ts';
import { readManifest } from '../recover/locate-manifest.ts';
import { readControl } from '../reign/control-object.ts';
import type { Task } from '../task.ts';
import { equalBytes } from '../types/bytes.ts';
import type { Control, Manifest } from '../types/log.ts';

/** A database as its roots say, at one moment. */
export interface DatabaseFound {
  readonly control: Control;
  readonly manifest: Manifest;
}

export function* readDatabase(core: Core): Task<DatabaseFound> {
  // In this order: the log must reach as far as `control` said before.
  const observed = yield* readControl(core);
  const held = yield* readManifest(core);
  if (observed === undefined && held === undefined) {
    throw new NodeFailure('there is no database here: neither control nor manifest');
  }
  if (held === undefined) throw new NodeFailure(`${manifestKey} is missing, although ${controlKey} is there`);
  const { manifest } = held;
  // A branch that nobody has run yet has none.
  if (observed === undefined && manifest.epoch > 0) {
    throw new NodeFailure(`${controlKey} is missing, although ${manifestKey} is there`);
  }
  const control = observed?.control ?? controlOfNew(core, manifest.databaseId);
  if (!equalBytes(control.databaseId, manifest.databaseId)) {
    throw new NodeFailure(`${controlKey} and ${manifestKey} belong to different databases`);
  }
  return { control, manifest };
}

const readingsMax = 5;

/**
 * Reads what the manifest names. A collector may take something away that the manifest no longer names: a reading that fails begins again
 * when the manifest has changed meanwhile.
 */
export function* readingDatabase<Result>(core: Core, read: (database: DatabaseFound) => Task<Result>): Task<Result> {
  for (let reading = 1; ; reading++) {
    const database = yield* readDatabase(core);
    try {
      return yield* read(database);
    } catch (error) {
      if (!(error instanceof NodeFailure) || reading === readingsMax) throw error;
      const now = yield* readDatabase(core);
      if (now.manifest.generation === database.manifest.generation) throw error;
    }
  }
}
