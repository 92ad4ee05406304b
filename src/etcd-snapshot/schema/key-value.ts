import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { ByteString } from '../../core/types/bytes.ts';
import { isTombstone, type Version } from '../../core/types/version.ts';

/**
 * Values of the bucket `key`: `mvccpb.KeyValue` as etcd writes it, its fields in the order of their numbers and without those that are zero;
 * of a deletion nothing but the key. Written by hand, because its length is needed before its value is there.
 */

const field = { key: 1, createRevision: 2, modRevision: 3, version: 4, value: 5, lease: 6 } as const;
const varintType = 0;
const bytesType = 2;

export function keyValueBytes(version: Version): number {
  const key = bytesFieldBytes(version.key.length);
  if (isTombstone(version)) return key;
  return (
    key +
    numberFieldBytes(BigInt(version.createRevision)) +
    numberFieldBytes(BigInt(version.modRevision)) +
    numberFieldBytes(BigInt(version.version)) +
    bytesFieldBytes(version.valueBytes) +
    numberFieldBytes(version.lease)
  );
}

export function encodeKeyValue(version: Version, value: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(keyValueBytes(version));
  let at = writeTag(bytes, 0, field.key, bytesType);
  at = writeVarint(bytes, at, BigInt(version.key.length));
  at += bytes.write(version.key, at, 'latin1');
  if (isTombstone(version)) return bytes;
  at = writeNumber(bytes, at, field.createRevision, BigInt(version.createRevision));
  at = writeNumber(bytes, at, field.modRevision, BigInt(version.modRevision));
  at = writeNumber(bytes, at, field.version, BigInt(version.version));
  if (value.length > 0) {
    at = writeTag(bytes, at, field.value, bytesType);
    at = writeVarint(bytes, at, BigInt(value.length));
    bytes.set(value, at);
    at += value.length;
  }
  at = writeNumber(bytes, at, field.lease, version.lease);
  if (at !== bytes.length) throw new Error('a version is as long as it was said to be');
  return bytes;
}

function bytesFieldBytes(length: number): number {
  return length === 0 ? 0 : 1 + varintBytes(BigInt(length)) + length;
}

function numberFieldBytes(value: bigint): number {
  return value === 0n ? 0 : 1 + varintBytes(value);
}

/** A negative number is ten bytes long, as in every int64 of protobuf. */
function varintBytes(value: bigint): number {
  let bytes = 1;
  for (let left = BigInt.asUintN(64, value); left >= 128n; left >>= 7n) bytes += 1;
  return bytes;
}

function writeNumber(bytes: Uint8Array, at: number, number: number, value: bigint): number {
  return value === 0n ? at : writeVarint(bytes, writeTag(bytes, at, number, varintType), value);
}

function writeTag(bytes: Uint8Array, at: number, number: number, type: number): number {
  bytes[at] = (number << 3) | type;
  return at + 1;
}

function writeVarint(bytes: Uint8Array, start: number, value: bigint): number {
  let at = start;
  let left = BigInt.asUintN(64, value);
  for (; left >= 128n; left >>= 7n) bytes[at++] = Number(left & 127n) | 128;
  bytes[at++] = Number(left);
  return at;
}

export interface DecodedKeyValue {
  readonly key: ByteString;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly lease: bigint;
  /** A view. */
  readonly value: Uint8Array;
  /** From the beginning of the message. */
  readonly valueStart: number;
}

const noBytes = new Uint8Array(0);

/** A text says what is wrong with it. */
export function decodeKeyValue(bytes: Uint8Array): DecodedKeyValue | string {
  try {
    return decode(new BinaryReader(bytes));
  } catch (error) {
    return `no mvccpb.KeyValue: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function decode(reader: BinaryReader): DecodedKeyValue | string {
  let key: ByteString = '';
  let value = noBytes;
  let valueStart = 0;
  const numbers = { createRevision: 0n, modRevision: 0n, version: 0n, lease: 0n };
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    switch (number) {
      case field.key:
        key = Buffer.from(reader.bytes()).toString('latin1');
        break;
      case field.createRevision:
        numbers.createRevision = BigInt(reader.int64());
        break;
      case field.modRevision:
        numbers.modRevision = BigInt(reader.int64());
        break;
      case field.version:
        numbers.version = BigInt(reader.int64());
        break;
      case field.value:
        value = reader.bytes() as Uint8Array<ArrayBuffer>;
        valueStart = reader.pos - value.length;
        break;
      case field.lease:
        numbers.lease = BigInt(reader.int64());
        break;
      default:
        reader.skip(type, number);
    }
  }
  const createRevision = Number(numbers.createRevision);
  const modRevision = Number(numbers.modRevision);
  const version = Number(numbers.version);
  for (const [name, count] of Object.entries({ createRevision, modRevision, version })) {
    if (!Number.isSafeInteger(count) || count < 0) return `${name} ${count}`;
  }
  return { key, createRevision, modRevision, version, lease: numbers.lease, value, valueStart };
}
