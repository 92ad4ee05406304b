/**
 * Where things lie in the folder of a file store. `~` is in no key, so no key can collide with these names.
 *
 *   <segments of the key>~object/<etag>            the object's one entry; see publish.ts for what it means
 *   <segments of the key>~bodies/<from>~<etag>     bodies of swaps: written to replace <from>, published as <etag>
 *   ~new/<random>/<etag>                           objects on their way in
 *   ~trash/<random>/                               what a sweep has taken out of ~new
 *
 * An etag is a kind and 128 random bits, never used twice. `i…` has its body in the entry itself, `b…` in ~bodies.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

export const objectSuffix = '~object';
export const bodiesSuffix = '~bodies';
export const newFolder = '~new';
export const trashFolder = '~trash';

export interface Layout {
  readonly root: string;
}

export type EntryKind = 'i' | 'b';

export function objectFolder(layout: Layout, key: string): string {
  return join(layout.root, ...key.split('/')) + objectSuffix;
}

export function bodiesFolder(layout: Layout, key: string): string {
  return join(layout.root, ...key.split('/')) + bodiesSuffix;
}

export function bodyName(from: string, etag: string): string {
  return `${from}~${etag}`;
}

/** The etags of a body file's name, or undefined for a file that is none of ours. */
export function parseBodyName(name: string): { readonly from: string; readonly etag: string } | undefined {
  const [from, etag, ...rest] = name.split('~');
  if (from === undefined || etag === undefined || rest.length > 0 || !isEtag(from) || !isEtag(etag)) return undefined;
  return { from, etag };
}

export function freshEtag(kind: EntryKind): string {
  return kind + randomBytes(16).toString('hex');
}

export function freshName(): string {
  return randomBytes(16).toString('hex');
}

/** Etags come from callers too: what does not look like ours matches nothing and must not reach a path. */
export function isEtag(text: string): boolean {
  return /^[ib][0-9a-f]{32}$/.test(text);
}

export function hasOwnBody(etag: string): boolean {
  return etag.startsWith('i');
}
