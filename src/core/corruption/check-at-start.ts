import { log, type Core } from '../core.ts';
import { LocalStoreDamage } from '../failure.ts';
import type { Recovered } from '../recover/recovered.ts';
import type { Reign } from '../reign/reign.ts';
import type { Task } from '../task.ts';
import type { Version } from '../types/version.ts';
import { readLocalValues, type FoundValues } from '../values/read-values.ts';
import { checkStore } from './check-store.ts';
import type { Mismatch } from './mismatch.ts';
import { servedNow, type ServedState } from './served-state.ts';

/** Before anything is served, if the node was told to. Nothing is compacted or written meanwhile but by others. */
export function* checkAtStart(core: Core, reign: Reign, recovered: Recovered): Task<readonly Mismatch[]> {
  if (!core.configuration.initialCorruptCheck) return [];
  log(core, 'info', 'holding what was recovered against the object store before it is served');
  // Values that are still to come are proved when they come.
  const values: ServedState['values'] =
    recovered.loading === undefined ? { read: (versions) => readLocal(core, versions) } : undefined;
  const checked = yield* checkStore(core, reign, () => servedNow(recovered, values));
  switch (checked.kind) {
    case 'same':
      log(core, 'info', 'what is served is what the object store holds', { ...checked.extent });
      return [];
    case 'overtaken':
      log(core, 'warn', 'what was recovered could not be held against the object store', { reason: checked.reason });
      return [];
    case 'differs':
      return checked.mismatches;
  }
}

function* readLocal(core: Core, versions: readonly Version[]): Task<ReadonlyMap<Version, Uint8Array>> {
  const values: FoundValues = new Map();
  const [absent] = yield* readLocalValues(core, versions, values);
  if (absent === undefined) return values;
  throw new LocalStoreDamage(`the local store is damaged: a value of revision ${absent.modRevision} is missing`);
}
