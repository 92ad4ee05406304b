import { assert } from '../assert.ts';
import { homeBytesMax, homesMax } from '../limits.ts';
import { equalBytes } from '../types/bytes.ts';
import type { ObjectReference } from '../types/log.ts';
import { readHash, writeHash } from './hashes.ts';
import { attemptBytes, isHome, keyOfName, nameOfKey, type NamedKind } from './keys.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/**
 * References: the home, the hash and the attempt that the key is made of, and the size; what kind of object it is, the place says. So a
 * reference names an object of its kind or is damage. Lists have a table of their homes at the front: those in use, each once, ascending.
 */

export const referenceBytesMin = 32 + attemptBytes + 1;

/** The homes in these keys, as the table has them. */
export function homesOf(keys: Iterable<string>): readonly string[] {
  const homes = new Set<string>();
  for (const key of keys) homes.add(homeOf(key));
  return [...homes].sort((left, right) => (left < right ? -1 : 1));
}

function homeOf(key: string): string {
  const name = nameOfKey(key);
  assert(name !== undefined, 'a reference names an object by its content');
  return name.home;
}

export function writeHome(writer: ByteWriter, home: string): void {
  assert(isHome(home), 'a home is empty or branches/<name>/<id>/');
  writer.text(home, homeBytesMax);
}

export function readHome(reader: ByteReader, what: string): string {
  const start = reader.offset;
  const home = reader.text(what, homeBytesMax);
  if (!isHome(home)) throw outOfBounds(start, what, 'empty or branches/<name>/<id>/', 'another text');
  return home;
}

export function writeHomes(writer: ByteWriter, homes: readonly string[]): void {
  assert(homes.length <= homesMax, 'more homes than homesMax');
  writer.varint(homes.length);
  for (const home of homes) writeHome(writer, home);
}

/** A table that is being read from: which of its homes were used. */
export interface HomesTable {
  readonly homes: readonly string[];
  readonly used: Set<number>;
  readonly offset: number;
}

export function readHomes(reader: ByteReader): HomesTable {
  const offset = reader.offset;
  const count = reader.count('homes', 1, 0, homesMax);
  const homes: string[] = [];
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const home = readHome(reader, 'home');
    const previous = homes.at(-1);
    if (previous !== undefined && previous >= home) throw outOfBounds(start, 'home', `above ${previous}`, home);
    homes.push(home);
  }
  return { homes, used: new Set(), offset };
}

/** After the last reference: a home that nothing is in does not belong there. */
export function checkHomesUsed({ homes, used, offset }: HomesTable): void {
  if (used.size === homes.length) return;
  throw outOfBounds(offset, 'homes', `the ${used.size} in use`, String(homes.length));
}

export function writeHomeIndex(writer: ByteWriter, homes: readonly string[], home: string): void {
  const index = homes.indexOf(home);
  assert(index >= 0, 'a home is in the table');
  writer.varint(index);
}

export function readHomeIndex(reader: ByteReader, table: HomesTable): string {
  const index = reader.varint('index of a home', 0, table.homes.length - 1);
  table.used.add(index);
  return table.homes[index]!;
}

/** Hash, attempt and size; the home stands before them in the form that the place has. */
export function writeReferenceBody(writer: ByteWriter, reference: ObjectReference, kind: NamedKind, slot = 0): void {
  const name = nameOfKey(reference.key);
  assert(name !== undefined && name.kind === kind && name.slot === slot, `a reference of a ${kind} names one`);
  assert(reference.key === keyOfName(name), 'a reference is absolute');
  assert(equalBytes(name.hash, reference.hash), 'a reference names the content that it hashes');
  writeHash(writer, reference.hash);
  writer.raw(name.attempt);
  writer.varint(reference.bytes);
}

export function readReferenceBody(reader: ByteReader, home: string, kind: NamedKind, slot = 0): ObjectReference {
  const hash = readHash(reader, `hash of a ${kind}`);
  const attempt = reader.raw(attemptBytes, `attempt of a ${kind}`);
  const bytes = reader.varint(`bytes of a ${kind}`);
  return { key: keyOfName({ home, kind, slot, hash, attempt }), hash, bytes };
}
