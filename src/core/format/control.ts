import type { Digest } from '../../ports/digest.ts';
import { assert } from '../assert.ts';
import { inSyncMembersMax, memberNameBytesMax } from '../limits.ts';
import type { Control, ControlLeader, DurabilityRule } from '../types/log.ts';
import { readClientUrls, writeClientUrls } from './client-urls.ts';
import { decoding } from './damage.ts';
import type { Decoded } from './damage.ts';
import { beginObject, endObject, openObject } from './envelope.ts';
import { readFlag, writeFlag } from './flag.ts';
import { readId, writeId } from './hashes.ts';
import { checkDatabaseId } from './identity.ts';
import type { ExpectedDatabase } from './identity.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/** The bytes of `control`, inside the common envelope. */

const ruleTags = { object: 1, local: 2 } as const;
/** 0 and 1 are a flag's. */
const releasedTags = { held: 0, released: 1, left: 2 } as const;
const memberIdBytes = 8;
const capacityBytes = 256;

export function encodeControl(control: Control, digest: Digest): Uint8Array {
  assert(control.inSync.length <= inSyncMembersMax, 'more in-sync members than inSyncMembersMax');
  const writer = beginObject('control', capacityBytes);
  writeId(writer, control.databaseId);
  writer.varint(control.epoch);
  writeReleased(writer, control);
  writer.varint(control.leaseMs);
  writer.varint(control.renewal);
  writer.u8(ruleTags[control.rule]);
  writer.varint(control.durableSlot);
  writer.varint(control.inSync.length);
  for (const member of control.inSync) writer.bigU64(member);
  writeFlag(writer, control.leader !== undefined);
  if (control.leader !== undefined) writeLeader(writer, control.leader);
  return endObject(writer, digest);
}

export function decodeControl(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
  expected: ExpectedDatabase = {},
): Decoded<Control> {
  return decoding(key, () => {
    const reader = openObject('control', bytes, digest);
    const start = reader.offset;
    const databaseId = readId(reader, 'database id');
    checkDatabaseId(databaseId, expected.databaseId, start);
    const epoch = reader.varint('epoch');
    const { released, heir } = readReleased(reader);
    const leaseMs = reader.varint('lease');
    const renewal = reader.varint('renewal');
    const rule = readRule(reader);
    const durableSlot = reader.varint('durable slot');
    const inSync = readInSync(reader);
    const leader = readFlag(reader, 'leader') ? readLeader(reader) : undefined;
    reader.end();
    return { databaseId, epoch, leader, released, heir, leaseMs, renewal, rule, inSync, durableSlot };
  });
}

function writeReleased(writer: ByteWriter, { released, heir }: Control): void {
  assert(released || heir === undefined, 'a lease that is held is left to nobody');
  if (heir === undefined) {
    writer.u8(released ? releasedTags.released : releasedTags.held);
    return;
  }
  writer.u8(releasedTags.left);
  writer.bigU64(heir);
}

function readReleased(reader: ByteReader): Pick<Control, 'released' | 'heir'> {
  const offset = reader.offset;
  const tag = reader.u8('released');
  if (tag === releasedTags.held) return { released: false, heir: undefined };
  if (tag === releasedTags.released) return { released: true, heir: undefined };
  if (tag === releasedTags.left) return { released: true, heir: reader.bigU64('heir') };
  throw outOfBounds(offset, 'released', '0, 1 or 2', String(tag));
}

function writeLeader(writer: ByteWriter, leader: ControlLeader): void {
  writer.bigU64(leader.memberId);
  writer.text(leader.name, memberNameBytesMax);
  writeId(writer, leader.nonce);
  writeClientUrls(writer, leader.clientUrls);
}

function readLeader(reader: ByteReader): ControlLeader {
  const memberId = reader.bigU64('leader');
  const name = reader.text('name', memberNameBytesMax);
  const nonce = readId(reader, 'nonce');
  return { memberId, name, nonce, clientUrls: readClientUrls(reader) };
}

function readInSync(reader: ByteReader): readonly bigint[] {
  const count = reader.count('in-sync members', memberIdBytes, 0, inSyncMembersMax);
  const members: bigint[] = [];
  for (let index = 0; index < count; index++) members.push(reader.bigU64('in-sync member'));
  return members;
}

function readRule(reader: ByteReader): DurabilityRule {
  const offset = reader.offset;
  const tag = reader.u8('rule');
  if (tag === ruleTags.object) return 'object';
  if (tag === ruleTags.local) return 'local';
  throw outOfBounds(offset, 'rule', '1 or 2', String(tag));
}
