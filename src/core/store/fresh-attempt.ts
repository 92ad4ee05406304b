import { drawId, type Core } from '../core.ts';
import { attemptBytes } from '../format/keys.ts';

/**
 * What makes a name unique, whatever the content is: nobody ever writes the same name for a second time. A name that was condemned, or that a
 * late DELETE is still on its way for, would take what is written under it along.
 */
export function freshAttempt(core: Core): Uint8Array {
  return drawId(core).slice(0, attemptBytes);
}
