import type { Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { manifestKey } from '../format/keys.ts';
import { pinsMax } from '../limits.ts';
import type { Task } from '../task.ts';
import type { Manifest, Pin } from '../types/log.ts';
import { swapManifest } from './change-manifest.ts';
import { mayEndWith, mayHaveBranches, mayPin } from './may-pin.ts';
import { readManifestAt } from './pinned.ts';
import { withPin } from './with-pin.ts';

/** What was found for the pin. */
export interface PinFound {
  readonly pin: Pin;
  /** The pin's last slot is the log's, as far as could be seen. */
  readonly endsWithLog: boolean;
}

/**
 * Writes a pin into the manifest of the database whose objects it names, which is the branched one or an ancestor. False: the manifest is
 * another one by now, or no longer keeps what the pin needs, or the log's end was none.
 */
export function* pinIn(core: Core, branched: Manifest, home: string, { pin, endsWithLog }: PinFound): Task<boolean> {
  const held = yield* readManifestAt(core, home);
  if (held === undefined) throw new NodeFailure(`/${home}${manifestKey} is gone: the database was deleted`);
  checkMayPin(held.manifest);
  if (home === branched.home && endsWithLog && !mayEndWith(held.manifest, pin)) return false;
  if (!mayPin(held.manifest, pin)) {
    if (home === branched.home) return false;
    throw new NodeFailure(`/${home}${manifestKey} no longer keeps what ${branched.home} began as`);
  }
  return (yield* swapManifest(core, held, { ...held.manifest, pins: withPin(held.manifest.pins, pin) })) !== undefined;
}

export function checkMayPin(manifest: Manifest): void {
  const { pins, home } = manifest;
  if (!mayHaveBranches(manifest)) throw new NodeFailure(`${home} was deleted: no branch can be made of it`);
  if (pins.length >= pinsMax) throw new NodeFailure(`a database has at most ${pinsMax} branches`);
}
