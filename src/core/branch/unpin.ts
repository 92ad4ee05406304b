import type { Core } from '../core.ts';
import type { Task } from '../task.ts';
import { equalBytes } from '../types/bytes.ts';
import type { Manifest } from '../types/log.ts';
import { changeManifest } from './change-manifest.ts';

/** Undefined: there is no such database. */
export function* unpin(core: Core, home: string, id: Uint8Array): Task<Manifest | undefined> {
  return yield* changeManifest(core, home, (manifest) => {
    const pins = manifest.pins.filter((pin) => !equalBytes(pin.id, id));
    return pins.length === manifest.pins.length ? undefined : { ...manifest, pins };
  });
}
