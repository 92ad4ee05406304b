import { atLeastOne, checkAscending } from './checks.ts';
import { FormatError, hexOfBytes, type Cursor } from './cursor.ts';
import { sha256 } from './digest.ts';

/** How objects name each other: a home, a folder, a hash and an attempt. */

/** `key` from the root of the family's store, with a slash in front. */
export interface DecodedReference {
  readonly key: string;
  readonly hash: string;
  readonly bytes: number;
}

export interface DecodedSlots {
  readonly firstSlot: number;
  readonly lastSlot: number;
}

const homeText = /^(branches\/[a-z0-9][a-z0-9._-]{0,63}\/[0-9a-f]{16}\/)?$/;

export function decodeHome(cursor: Cursor): string {
  const home = cursor.text();
  if (!homeText.test(home)) throw new FormatError(`${JSON.stringify(home)} is no home`);
  return home;
}

/** Hash, attempt and size; `folder` is what the key has between home and hash. */
export function decodeReference(cursor: Cursor, home: string, folder: string): DecodedReference {
  const hash = hexOfBytes(cursor.raw(32));
  const attempt = hexOfBytes(cursor.raw(8));
  return { key: `/${home}${folder}${hash}-${attempt}`, hash, bytes: cursor.varint() };
}

export function archiveFolder(slot: number): string {
  return `archives/${String(slot).padStart(20, '0')}-`;
}

export function checkpointFolder(slot: number): string {
  return `checkpoints/${String(slot).padStart(20, '0')}-`;
}

export function decodeSlots(cursor: Cursor): DecodedSlots {
  const firstSlot = atLeastOne(cursor, 'first slot');
  const lastSlot = cursor.varint();
  if (lastSlot < firstSlot - 1) throw new FormatError(`slots ${firstSlot} to ${lastSlot}`);
  return { firstSlot, lastSlot };
}

/** The homes that what is read by `read` may refer to, each of which it has to. */
export function withHomes<Result>(cursor: Cursor, read: (homeOf: () => string) => Result): Result {
  const homes = cursor.list(decodeHome);
  checkAscending(homes, (left, right) => left < right, 'homes');
  const unused = new Set(homes);
  const result = read(() => {
    const index = cursor.varint();
    const home = homes[index];
    if (home === undefined) throw new FormatError(`home ${index} of ${homes.length}`);
    unused.delete(home);
    return home;
  });
  if (unused.size > 0) throw new FormatError(`homes that nothing is in: ${[...unused].join(' ')}`);
  return result;
}

/** `…<hash>-<attempt>` */
export function checkName(key: string, bytes: Uint8Array): void {
  const hash = hexOfBytes(sha256(bytes));
  if (key.slice(-81, -17) !== hash) throw new FormatError(`the content has hash ${hash}`);
}
