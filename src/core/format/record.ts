import { assert, unreachable } from '../assert.ts';
import type { AuthChange } from '../types/auth.ts';
import { noLease } from '../types/bytes.ts';
import type { LogRecord, WriteOperation } from '../types/record.ts';
import type { Version } from '../types/version.ts';
import { readAlarm, writeAlarm } from './alarm.ts';
import { authChangeBytesMin, changesBytesBound, readAuthChange, writeAuthChange } from './auth.ts';
import { readFlag, writeFlag } from './flag.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/**
 * The bytes of one record inside a frame: a tag, then its fields. An operation's tag tells a put without a lease, by far the most
 * common, from one with: the lease takes eight bytes only where there is one.
 */
const recordTags = {
  write: 1,
  compact: 2,
  'lease-grant': 3,
  'lease-revoke': 4,
  fence: 5,
  auth: 6,
  alarm: 7,
} as const;
const operationTags = { delete: 0, put: 1, putWithLease: 2 } as const;

/** The least that an item takes: bounds what a count may claim. */
export const recordBytesMin = 2;
const operationBytesMin = 2;
const keyBytesMin = 1;

/** Tags, counts and numbers of one operation never take more. */
const operationOverheadBytes = 48;
const recordOverheadBytes = 32;

/** At least the bytes that the records take: encoding them never has to grow its buffer. */
export function recordsBytesBound(records: readonly LogRecord[]): number {
  let bytes = 0;
  for (const record of records) {
    bytes += recordOverheadBytes;
    if (record.kind === 'write') {
      for (const operation of record.operations) {
        bytes += operationOverheadBytes + operation.key.length;
        if (operation.kind === 'put') bytes += operation.value.length;
      }
    } else if (record.kind === 'lease-revoke') {
      for (const key of record.keys) bytes += operationOverheadBytes + key.length;
    } else if (record.kind === 'auth') {
      bytes += changesBytesBound(record.changes);
    }
  }
  return bytes;
}

export function writeRecord(writer: ByteWriter, record: LogRecord): void {
  writer.u8(recordTags[record.kind]);
  switch (record.kind) {
    case 'write':
      assert(record.operations.length > 0, 'a write has an operation');
      assert(record.revision > 0, 'a write has a revision');
      writer.varint(record.revision);
      writer.varint(record.operations.length);
      for (const operation of record.operations) writeOperation(writer, operation);
      return;
    case 'compact':
      writer.varint(record.revision);
      return;
    case 'lease-grant':
      assert(record.lease !== noLease, 'a granted lease has an id');
      writer.i64(record.lease);
      writer.varint(record.ttlSeconds);
      return;
    case 'lease-revoke':
      assert(record.lease !== noLease, 'a revoked lease has an id');
      assert(record.revision > 0 === record.keys.length > 0, 'a revoke has a revision when it deletes keys');
      writer.i64(record.lease);
      writer.varint(record.revision);
      writer.varint(record.keys.length);
      for (const key of record.keys) writer.byteString(key);
      return;
    case 'fence':
      writer.varint(record.epoch);
      writer.bigU64(record.memberId);
      return;
    case 'auth':
      assert(record.authRevision > 0, 'a change of users or roles has an auth revision');
      assert(record.changes.length > 0, 'a change of users or roles changes something');
      writer.varint(record.authRevision);
      writer.varint(record.changes.length);
      for (const change of record.changes) writeAuthChange(writer, change);
      return;
    case 'alarm':
      writeAlarm(writer, record);
      writeFlag(writer, record.active);
      return;
    default:
      unreachable(record);
  }
}

function writeOperation(writer: ByteWriter, operation: WriteOperation): void {
  if (operation.kind === 'delete') {
    writer.u8(operationTags.delete);
    writer.byteString(operation.key);
    return;
  }
  assert(operation.createRevision > 0 && operation.version > 0, 'a put has a create revision and a version');
  const leased = operation.lease !== noLease;
  writer.u8(leased ? operationTags.putWithLease : operationTags.put);
  writer.byteString(operation.key);
  writer.varint(operation.createRevision);
  writer.varint(operation.version);
  if (leased) writer.i64(operation.lease);
  writer.bytes(operation.value);
}

export function readRecord(reader: ByteReader): LogRecord {
  const start = reader.offset;
  const tag = reader.u8('record tag');
  switch (tag) {
    case recordTags.write: {
      const revision = reader.varint('revision', 1);
      const count = reader.count('operations', operationBytesMin, 1);
      const operations: WriteOperation[] = [];
      for (let index = 0; index < count; index++) operations.push(readOperation(reader));
      return { kind: 'write', revision, operations };
    }
    case recordTags.compact:
      return { kind: 'compact', revision: reader.varint('compact revision') };
    case recordTags['lease-grant']:
      return { kind: 'lease-grant', lease: readLease(reader), ttlSeconds: reader.varint('time to live') };
    case recordTags['lease-revoke']:
      return readLeaseRevoke(reader);
    case recordTags.fence:
      return { kind: 'fence', epoch: reader.varint('epoch'), memberId: reader.bigU64('member id') };
    case recordTags.auth:
      return readAuthRecord(reader);
    case recordTags.alarm:
      return { kind: 'alarm', ...readAlarm(reader), active: readFlag(reader, 'alarm that is on') };
    default:
      throw outOfBounds(start, 'record tag', '1 to 7', String(tag));
  }
}

function readAuthRecord(reader: ByteReader): LogRecord {
  const authRevision = reader.varint('auth revision', 1);
  const count = reader.count('changes', authChangeBytesMin, 1);
  const changes: AuthChange[] = [];
  for (let index = 0; index < count; index++) changes.push(readAuthChange(reader));
  return { kind: 'auth', authRevision, changes };
}

function readLeaseRevoke(reader: ByteReader): LogRecord {
  const lease = readLease(reader);
  const start = reader.offset;
  const revision = reader.varint('revision');
  const count = reader.count('deleted keys', keyBytesMin);
  if (revision > 0 !== count > 0) {
    throw outOfBounds(start, 'revision', 'one exactly when keys are deleted', `revision ${revision} and ${count} keys`);
  }
  const keys: string[] = [];
  for (let index = 0; index < count; index++) keys.push(reader.byteString('key'));
  return { kind: 'lease-revoke', lease, revision, keys };
}

function readOperation(reader: ByteReader): WriteOperation {
  const start = reader.offset;
  const tag = reader.u8('operation tag');
  if (tag === operationTags.delete) return { kind: 'delete', key: reader.byteString('key') };
  if (tag !== operationTags.put && tag !== operationTags.putWithLease) {
    throw outOfBounds(start, 'operation tag', '0 to 2', String(tag));
  }
  const key = reader.byteString('key');
  const createRevision = reader.varint('create revision', 1);
  const version = reader.varint('version', 1);
  const lease = tag === operationTags.putWithLease ? readLease(reader) : noLease;
  return { kind: 'put', key, value: reader.bytes('value'), lease, createRevision, version };
}

/** What a decoder expects of a version that is no tombstone. */
export function assertLives(version: Version): void {
  const { createRevision, modRevision } = version;
  assert(createRevision > 0 && createRevision <= modRevision, 'a version is created before it is modified');
  assert(version.version > 0, 'versions count from 1');
}

/** Where a lease is written there is one. */
export function readLease(reader: ByteReader): bigint {
  const start = reader.offset;
  const lease = reader.i64('lease');
  if (lease === noLease) throw outOfBounds(start, 'lease', 'an id other than 0', '0');
  return lease;
}
