import type { Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { decodeControl } from '../format/control.ts';
import { describeDamage } from '../format/damage.ts';
import { controlKey } from '../format/keys.ts';
import { readDecoded } from '../store/objects.ts';
import type { Task } from '../task.ts';
import type { Control } from '../types/log.ts';

export interface ObservedControl {
  readonly control: Control;
  readonly etag: string;
}

/** Undefined: there is none. Damage ends the node: without `control` nobody can know who leads. */
export function* readControl(core: Core): Task<ObservedControl | undefined> {
  const read = yield* readDecoded(core, controlKey, (body) => decodeControl(controlKey, body, core.digest));
  if (read.kind === 'missing') return undefined;
  if (read.kind === 'damaged') {
    throw new NodeFailure(
      `${describeDamage(read.damage)}. No node can lead without it: restore this object from a version or a backup of the bucket.`,
    );
  }
  return { control: read.value, etag: read.object.etag };
}
