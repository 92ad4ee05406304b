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

/** All that the lists name. `known`: lists read before, by key, for what a list says never changes. A text says which cannot be read. */
export function* condemnedBy(
  core: Core,
  condemned: readonly CondemnedReference[],
  known: Map<string, readonly string[]>,
): Task<readonly string[] | string> {
  const keys: string[] = [];
  for (const reference of condemned) {
    const list = known.get(reference.key) ?? (yield* readCondemned(core, reference));
    if (typeof list === 'string') return list;
    known.set(reference.key, list);
    for (const key of list) keys.push(key);
  }
  return keys;
}
