import { kindOfKey, splitKey, type ObjectKeyKind } from '../../core/format/keys.ts';

/** What a request is about: the kind of its object, or of those that a prefix lists. */
export type StoreSubject = ObjectKeyKind | 'branches' | 'several' | 'other';

const folders = new Map<string, StoreSubject>([
  ['log', 'segment'],
  ['archives', 'archive'],
  ['chunks', 'chunk'],
  ['pages', 'page'],
  ['checkpoints', 'checkpoint'],
  ['condemned', 'condemned'],
  ['nodes', 'node'],
  ['probe', 'probe'],
  ['branches', 'branches'],
]);

export function subjectOf(keyOrPrefix: string): StoreSubject {
  const kind = kindOfKey(keyOrPrefix);
  if (kind !== undefined) return kind;
  const [folder = ''] = splitKey(keyOrPrefix).rest.split('/');
  return folders.get(folder) ?? 'other';
}

/** Of one request for many. */
export function subjectOfAll(keys: readonly string[]): StoreSubject {
  const [first = ''] = keys;
  const subject = subjectOf(first);
  return keys.every((key) => subjectOf(key) === subject) ? subject : 'several';
}
