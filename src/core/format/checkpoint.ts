import type { Digest } from '../../ports/digest.ts';
import { assert } from '../assert.ts';
import { noLease } from '../types/bytes.ts';
import type { Checkpoint, LeaseGrantState, PageReference } from '../types/log.ts';
import { readAlarms, writeAlarms } from './alarm.ts';
import { readAuth, writeAuth } from './auth.ts';
import { decoding } from './damage.ts';
import type { Decoded } from './damage.ts';
import { beginObject, endObject, openObject } from './envelope.ts';
import { readId, writeId } from './hashes.ts';
import { checkContent, checkDatabaseId, checkSlot } from './identity.ts';
import type { ExpectedContent, ExpectedDatabase } from './identity.ts';
import { slotOfCheckpointKey, splitKey } from './keys.ts';
import { readPosition, writePosition } from './position.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import { readLease } from './record.ts';
import {
  checkHomesUsed,
  homesOf,
  readHomeIndex,
  readHomes,
  readReferenceBody,
  referenceBytesMin,
  writeHomeIndex,
  writeHomes,
  writeReferenceBody,
} from './reference.ts';
import { readSharedKey, sharedKeyBytesMin, writeSharedKey } from './shared-key.ts';
import type { ByteWriter } from './writer.ts';

/** The bytes of a checkpoint, inside the common envelope: leases ascend by id, roles and users by name, pages by their first key. */

const leaseBytesMin = 9;
const pageReferenceBytesMin = referenceBytesMin + sharedKeyBytesMin + 2;
const fixedBytesUsual = 256;
const pageReferenceBytesUsual = 96;
const leaseBytesUsual = 16;

export function encodeCheckpoint(checkpoint: Checkpoint, digest: Digest): Uint8Array {
  const { leases, pages } = checkpoint;
  const capacity = fixedBytesUsual + leases.length * leaseBytesUsual + pages.length * pageReferenceBytesUsual;
  const writer = beginObject('checkpoint', capacity);
  writeId(writer, checkpoint.databaseId);
  writePosition(writer, checkpoint.position);
  writer.varint(checkpoint.wallMs);
  writer.varint(leases.length);
  leases.forEach(({ lease, ttlSeconds }, index) => {
    const previous = leases[index - 1];
    assert(lease !== noLease && (previous === undefined || previous.lease < lease), 'leases ascend by id');
    writer.i64(lease);
    writer.varint(ttlSeconds);
  });
  writeAuth(writer, checkpoint.auth);
  writeAlarms(writer, checkpoint.alarms);
  writePages(writer, pages);
  return endObject(writer, digest);
}

export function decodeCheckpoint(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
  expected: ExpectedDatabase & ExpectedContent = {},
): Decoded<Checkpoint> {
  return decoding(key, () => {
    const reader = openObject('checkpoint', bytes, digest);
    checkContent(key, bytes, expected.hash, digest);
    const start = reader.offset;
    const databaseId = readId(reader, 'database id');
    checkDatabaseId(databaseId, expected.databaseId, start);
    const positionOffset = reader.offset;
    const position = readPosition(reader);
    checkSlot(position.slot, slotOfCheckpointKey(key), positionOffset);
    const wallMs = reader.varint('time');
    const leases = readLeases(reader);
    const auth = readAuth(reader);
    const alarms = readAlarms(reader);
    const pages = readPages(reader);
    reader.end();
    return { databaseId, position, wallMs, leases, auth, alarms, pages };
  });
}

function readLeases(reader: ByteReader): readonly LeaseGrantState[] {
  const count = reader.count('leases', leaseBytesMin);
  const leases: LeaseGrantState[] = [];
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const lease = readLease(reader);
    const previous = leases.at(-1);
    if (previous !== undefined && previous.lease >= lease) {
      throw outOfBounds(start, 'lease', `above ${previous.lease}`, String(lease));
    }
    leases.push({ lease, ttlSeconds: reader.varint('time to live') });
  }
  return leases;
}

function writePages(writer: ByteWriter, pages: readonly PageReference[]): void {
  const homes = homesOf(pages.map(({ key }) => key));
  writeHomes(writer, homes);
  writer.varint(pages.length);
  let previousKey = '';
  for (const page of pages) {
    assert(previousKey <= page.firstKey, 'pages ascend by first key');
    assert(page.chunks > 0, 'a page has a chunk');
    writeHomeIndex(writer, homes, splitKey(page.key).home);
    writeReferenceBody(writer, page, 'page');
    writeSharedKey(writer, page.firstKey, previousKey);
    writer.varint(page.chunks);
    previousKey = page.firstKey;
  }
}

function readPages(reader: ByteReader): readonly PageReference[] {
  const homes = readHomes(reader);
  const count = reader.count('pages', pageReferenceBytesMin);
  const pages: PageReference[] = [];
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const home = readHomeIndex(reader, homes);
    const reference = readReferenceBody(reader, home, 'page');
    const previousKey = pages.at(-1)?.firstKey ?? '';
    const firstKey = readSharedKey(reader, previousKey);
    // One key's versions may fill more than a page.
    if (previousKey > firstKey) {
      throw outOfBounds(start, 'first key of a page', 'not below the one before', 'a lower one');
    }
    pages.push({ ...reference, firstKey, chunks: reader.varint('chunks of a page', 1) });
  }
  checkHomesUsed(homes);
  return pages;
}
