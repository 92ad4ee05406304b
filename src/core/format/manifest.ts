import type { Digest } from '../../ports/digest.ts';
import { assert } from '../assert.ts';
import { slotsNeededFrom } from './slots-needed.ts';
import { checkpointReferencesMax, condemnedReferencesMax, logInflightSegmentsMax, pinsMax } from '../limits.ts';
import { compareBytes, hexOf } from '../types/bytes.ts';
import type { CheckpointReference, CondemnedReference, Manifest, Pin } from '../types/log.ts';
import { readArchives, writeArchives } from './archive-reference.ts';
import { readBase, writeBase } from './base.ts';
import { readCondemnedSlots, writeCondemnedSlots } from './condemned-slots.ts';
import {
  checkpointReferenceBytesMin,
  readCheckpointReference,
  writeCheckpointReference,
} from './checkpoint-reference.ts';
import { decoding } from './damage.ts';
import type { Decoded } from './damage.ts';
import { beginObject, endObject, openObject } from './envelope.ts';
import { readFlag, writeFlag } from './flag.ts';
import { readId, writeId } from './hashes.ts';
import { checkDatabaseId } from './identity.ts';
import type { ExpectedDatabase } from './identity.ts';
import { splitKey } from './keys.ts';
import { pinBytesMin, readPin, writePin } from './pin.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import { readHome, readReferenceBody, referenceBytesMin, writeHome, writeReferenceBody } from './reference.ts';
import { readRetention, writeRetention } from './retention.ts';
import type { ByteWriter } from './writer.ts';

/** The bytes of `manifest`, inside the common envelope. */

const condemnedReferenceBytesMin = 1 + referenceBytesMin + 3;
const itemBytesUsual = 96;

export function encodeManifest(manifest: Manifest, digest: Digest): Uint8Array {
  const { archives, checkpoints, condemned, pins, logFloor, logCollectedFloor } = manifest;
  assert(manifest.logInflightMax >= 1, 'a log has room for a segment in flight');
  assert(manifest.logInflightMax <= logInflightSegmentsMax, 'logInflightMax is above logInflightSegmentsMax');
  assert(logCollectedFloor <= slotsNeededFrom(manifest), 'nothing is collected that is needed in its slot');
  const items = 2 + archives.length + checkpoints.length + condemned.length + pins.length;
  const writer = beginObject('manifest', itemBytesUsual * items);
  writeId(writer, manifest.databaseId);
  writeHome(writer, manifest.home);
  writer.varint(manifest.epoch);
  writer.varint(manifest.generation);
  writer.varint(manifest.createdWallMs);
  writer.varint(manifest.logInflightMax);
  writer.varint(logFloor);
  writeArchives(writer, manifest);
  writer.varint(logCollectedFloor);
  writeCondemnedSlots(writer, manifest);
  writeRetention(writer, manifest.retention);
  writeCheckpoints(writer, checkpoints);
  writeCondemned(writer, condemned);
  writePins(writer, pins);
  writeFlag(writer, manifest.base !== undefined);
  if (manifest.base !== undefined) writeBase(writer, manifest.base);
  writeFlag(writer, manifest.successor !== undefined);
  if (manifest.successor !== undefined) writeHome(writer, manifest.successor);
  writeFlag(writer, manifest.predecessor !== undefined);
  if (manifest.predecessor !== undefined) writeHome(writer, manifest.predecessor);
  writeFlag(writer, manifest.removed);
  return endObject(writer, digest);
}

export function decodeManifest(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
  expected: ExpectedDatabase = {},
): Decoded<Manifest> {
  return decoding(key, () => {
    const reader = openObject('manifest', bytes, digest);
    const start = reader.offset;
    const databaseId = readId(reader, 'database id');
    checkDatabaseId(databaseId, expected.databaseId, start);
    const home = readHome(reader, 'home');
    const epoch = reader.varint('epoch');
    const generation = reader.varint('generation');
    const createdWallMs = reader.varint('time of creation');
    const logInflightMax = reader.varint('segments in flight', 1, logInflightSegmentsMax);
    const logFloor = reader.varint('log floor');
    const archives = readArchives(reader, home, logFloor);
    const neededFrom = slotsNeededFrom({ logFloor, archives });
    const logCollectedFloor = reader.varint('collected log floor', 0, neededFrom);
    const condemnedSlots = readCondemnedSlots(reader, logCollectedFloor, neededFrom);
    const retention = readRetention(reader);
    const checkpoints = readCheckpoints(reader);
    const condemned = readCondemned(reader);
    const pins = readPins(reader);
    const base = readFlag(reader, 'base') ? readBase(reader) : undefined;
    const successor = readFlag(reader, 'successor') ? readHome(reader, 'successor') : undefined;
    const predecessor = readFlag(reader, 'predecessor') ? readHome(reader, 'predecessor') : undefined;
    const removed = readFlag(reader, 'removed');
    reader.end();
    return {
      databaseId,
      epoch,
      generation,
      createdWallMs,
      logInflightMax,
      logFloor,
      logCollectedFloor,
      archives,
      condemnedSlots,
      retention,
      checkpoints,
      condemned,
      home,
      base,
      pins,
      successor,
      predecessor,
      removed,
    };
  });
}

function writeCheckpoints(writer: ByteWriter, checkpoints: readonly CheckpointReference[]): void {
  assert(checkpoints.length <= checkpointReferencesMax, 'more checkpoints than checkpointReferencesMax');
  writer.varint(checkpoints.length);
  checkpoints.forEach((reference, index) => {
    const previous = checkpoints[index - 1];
    assert(previous === undefined || previous.slot < reference.slot, 'checkpoints ascend by slot');
    writeCheckpointReference(writer, reference);
  });
}

function readCheckpoints(reader: ByteReader): readonly CheckpointReference[] {
  const count = reader.count('checkpoints', checkpointReferenceBytesMin, 0, checkpointReferencesMax);
  const references: CheckpointReference[] = [];
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const reference = readCheckpointReference(reader);
    const previous = references.at(-1);
    if (previous !== undefined && previous.slot >= reference.slot) {
      throw outOfBounds(start, 'slot of a checkpoint', `above ${previous.slot}`, String(reference.slot));
    }
    references.push(reference);
  }
  return references;
}

function writeCondemned(writer: ByteWriter, condemned: readonly CondemnedReference[]): void {
  assert(condemned.length <= condemnedReferencesMax, 'more condemned lists than condemnedReferencesMax');
  writer.varint(condemned.length);
  condemned.forEach((reference, index) => {
    const previous = condemned[index - 1];
    assert(previous === undefined || previous.generation <= reference.generation, 'condemned lists ascend');
    assert(reference.count > 0, 'a condemned list has a key');
    writeHome(writer, splitKey(reference.key).home);
    writeReferenceBody(writer, reference, 'condemned');
    writer.varint(reference.generation);
    writer.varint(reference.wallMs);
    writer.varint(reference.count);
  });
}

function readCondemned(reader: ByteReader): readonly CondemnedReference[] {
  const count = reader.count('condemned lists', condemnedReferenceBytesMin, 0, condemnedReferencesMax);
  const references: CondemnedReference[] = [];
  for (let index = 0; index < count; index++) {
    const home = readHome(reader, 'home of a condemned list');
    const reference = readReferenceBody(reader, home, 'condemned');
    const generation = reader.varint('generation of a condemned list', references.at(-1)?.generation ?? 0);
    const wallMs = reader.varint('time of a condemned list');
    references.push({ ...reference, generation, wallMs, count: reader.varint('keys of a condemned list', 1) });
  }
  return references;
}

function writePins(writer: ByteWriter, pins: readonly Pin[]): void {
  assert(pins.length <= pinsMax, 'more pins than pinsMax');
  writer.varint(pins.length);
  pins.forEach((pin, index) => {
    const previous = pins[index - 1];
    assert(previous === undefined || compareBytes(previous.id, pin.id) < 0, 'pins ascend by id');
    writePin(writer, pin);
  });
}

function readPins(reader: ByteReader): readonly Pin[] {
  const count = reader.count('pins', pinBytesMin, 0, pinsMax);
  const pins: Pin[] = [];
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const pin = readPin(reader);
    const previous = pins.at(-1);
    if (previous !== undefined && compareBytes(previous.id, pin.id) >= 0) {
      throw outOfBounds(start, 'id of a pin', `above ${hexOf(previous.id)}`, hexOf(pin.id));
    }
    pins.push(pin);
  }
  return pins;
}
