import type { Core } from '../core.ts';
import { decodeCondemned } from '../format/condemned.ts';
import { describeDamage } from '../format/damage.ts';
import { readDecoded } from '../store/objects.ts';
import type { Task } from '../task.ts';
import type { CondemnedReference } from '../types/log.ts';

/** The keys in one list of condemned objects; a text says why it cannot be read. */
export function* readCondemned(core: Core, { key, hash }: CondemnedReference): Task<readonly string[] | string> {
  const read = yield* readDecoded(core, key, (body) => decodeCondemned(key, body, core.digest, { hash }));
  if (read.kind === 'ok') return read.value.keys;
  return read.kind === 'missing' ? `${key} is missing` : describeDamage(read.damage);
}
