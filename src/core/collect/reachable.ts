import { decodeCheckpoint } from '../format/checkpoint.ts';
import type { Core } from '../core.ts';
import { describeDamage, type Decoded } from '../format/damage.ts';
import { decodePage } from '../format/page.ts';
import { readDecoded } from '../store/objects.ts';
import { all, type Task } from '../task.ts';
import type { Manifest, ObjectReference } from '../types/log.ts';
import { createNameSet, type NameSet } from './name-set.ts';
import { namedByCheckpoint, namedByPage } from './named-by.ts';
import { rootsOf } from './roots.ts';

/**
 * Everything that the manifest names, directly or through what it names: checkpoints that stay, those that pins keep, their pages and chunks,
 * archives of the log, and the lists of what is condemned.
 *
 * Invariant: when one object on the way cannot be read there is no answer, for what it names is unknown.
 */
export type Reached =
  | { readonly kind: 'reached'; readonly names: NameSet }
  /** A sentence with the object in it. */
  | { readonly kind: 'unreadable'; readonly reason: string };

const pagesAtOnce = 16;

export function* reachableFrom(
  core: Core,
  manifest: Pick<Manifest, 'checkpoints' | 'archives' | 'pins' | 'condemned'>,
): Task<Reached> {
  const names = createNameSet();
  const pages = new Map<string, ObjectReference>();
  for (const { key } of manifest.condemned) names.add(key);
  for (const { key } of manifest.archives) names.add(key);
  for (const reference of rootsOf(manifest)) {
    if (names.has(reference.key)) continue;
    names.add(reference.key);
    const checkpoint = yield* read(core, reference, (body) =>
      decodeCheckpoint(reference.key, body, core.digest, { hash: reference.hash }),
    );
    if (typeof checkpoint === 'string') return { kind: 'unreadable', reason: checkpoint };
    for (const page of namedByCheckpoint(checkpoint)) pages.set(page.key, page);
  }
  const references = [...pages.values()];
  for (let first = 0; first < references.length; first += pagesAtOnce) {
    const problems = yield* all(
      references.slice(first, first + pagesAtOnce).map((page) => reachChunks(core, page, names)),
    );
    const problem = problems.find((found) => found !== undefined);
    if (problem !== undefined) return { kind: 'unreadable', reason: problem };
  }
  return { kind: 'reached', names };
}

/** A text says what is wrong with the page. */
function* reachChunks(core: Core, reference: ObjectReference, names: NameSet): Task<string | undefined> {
  names.add(reference.key);
  const page = yield* read(core, reference, (body) =>
    decodePage(reference.key, body, core.digest, { hash: reference.hash }),
  );
  if (typeof page === 'string') return page;
  for (const { key } of namedByPage(page)) names.add(key);
  return undefined;
}

function* read<Value>(
  core: Core,
  { key }: ObjectReference,
  decode: (body: Uint8Array) => Decoded<Value>,
): Task<Value | string> {
  const found = yield* readDecoded(core, key, decode);
  if (found.kind === 'ok') return found.value;
  return found.kind === 'missing' ? `${key} is missing` : describeDamage(found.damage);
}
