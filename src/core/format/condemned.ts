import type { Digest } from '../../ports/digest.ts';
import { assert } from '../assert.ts';
import type { Condemned } from '../types/log.ts';
import { decoding } from './damage.ts';
import type { Decoded } from './damage.ts';
import { beginObject, endObject, openObject } from './envelope.ts';
import { hashBytes, readHash, readId, writeHash, writeId } from './hashes.ts';
import { checkContent, checkDatabaseId } from './identity.ts';
import type { ExpectedContent, ExpectedDatabase } from './identity.ts';
import { attemptBytes, keyOfName, nameOfKey, type NamedKind } from './keys.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import {
  checkHomesUsed,
  homesOf,
  readHomeIndex,
  readHomes,
  writeHomeIndex,
  writeHomes,
  type HomesTable,
} from './reference.ts';
import type { ByteWriter } from './writer.ts';

/** The bytes of a condemned list, inside the common envelope: a table of homes, then what the keys are made of, ascending as texts. */

const kindTags: Readonly<Record<NamedKind, number>> = { chunk: 1, page: 2, checkpoint: 3, condemned: 4, archive: 5 };
const kinds = new Map<number, NamedKind>([
  [1, 'chunk'],
  [2, 'page'],
  [3, 'checkpoint'],
  [4, 'condemned'],
  [5, 'archive'],
]);
const keyBytesMin = 2 + hashBytes + attemptBytes;
const fixedBytesUsual = 128;

export function encodeCondemned(condemned: Condemned, digest: Digest): Uint8Array {
  const { keys } = condemned;
  assert(keys.length > 0, 'a condemned list has a key');
  const writer = beginObject('condemned', fixedBytesUsual + keys.length * (keyBytesMin + 4));
  writeId(writer, condemned.databaseId);
  const homes = homesOf(keys);
  writeHomes(writer, homes);
  writer.varint(keys.length);
  keys.forEach((key, index) => {
    const previous = keys[index - 1];
    assert(previous === undefined || previous < key, 'condemned keys ascend');
    writeKey(writer, key, homes);
  });
  return endObject(writer, digest);
}

export function decodeCondemned(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
  expected: ExpectedDatabase & ExpectedContent = {},
): Decoded<Condemned> {
  return decoding(key, () => {
    const reader = openObject('condemned', bytes, digest);
    checkContent(key, bytes, expected.hash, digest);
    const start = reader.offset;
    const databaseId = readId(reader, 'database id');
    checkDatabaseId(databaseId, expected.databaseId, start);
    const homes = readHomes(reader);
    const keys = readKeys(reader, homes);
    reader.end();
    checkHomesUsed(homes);
    return { databaseId, keys };
  });
}

function writeKey(writer: ByteWriter, key: string, homes: readonly string[]): void {
  const name = nameOfKey(key);
  assert(
    name !== undefined && key === keyOfName(name),
    'a condemned key is absolute, of an object named by its content',
  );
  writer.u8(kindTags[name.kind]);
  writeHomeIndex(writer, homes, name.home);
  if (hasSlot(name.kind)) writer.varint(name.slot);
  writeHash(writer, name.hash);
  writer.raw(name.attempt);
}

function readKeys(reader: ByteReader, homes: HomesTable): readonly string[] {
  const count = reader.count('condemned keys', keyBytesMin, 1);
  const keys: string[] = [];
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const key = readKey(reader, homes);
    const previous = keys.at(-1);
    if (previous !== undefined && previous >= key) throw outOfBounds(start, 'condemned key', `above ${previous}`, key);
    keys.push(key);
  }
  return keys;
}

function readKey(reader: ByteReader, homes: HomesTable): string {
  const start = reader.offset;
  const tag = reader.u8('kind of a condemned key');
  const kind = kinds.get(tag);
  if (kind === undefined) throw outOfBounds(start, 'kind of a condemned key', '1 to 5', String(tag));
  const home = readHomeIndex(reader, homes);
  const slot = hasSlot(kind) ? reader.varint('slot of a condemned key', kind === 'archive' ? 1 : 0) : 0;
  const hash = readHash(reader, 'hash of a condemned key');
  return keyOfName({ home, kind, slot, hash, attempt: reader.raw(attemptBytes, 'attempt of a condemned key') });
}

function hasSlot(kind: NamedKind): boolean {
  return kind === 'checkpoint' || kind === 'archive';
}
