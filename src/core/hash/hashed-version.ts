import { ByteWriter } from '../format/writer.ts';
import { isTombstone, type Version } from '../types/version.ts';
import { castagnoli } from './castagnoli.ts';

/**
 * What etcd keeps of a version, and hashes: under the revision as 8 bytes, '_' and the operation's position as 8 more, and 't' for a deletion, the
 * message `mvccpb.KeyValue`; of a deletion nothing but its key. Fields in the order of their numbers, without those that are zero.
 */
export function hashVersion(before: number, version: Version, value: Uint8Array): number {
  const withHead = castagnoli(headOf(version), before);
  const withValue = value.length === 0 ? withHead : castagnoli(value, withHead);
  return version.lease === 0n ? withValue : castagnoli(leaseOf(version), withValue);
}

/** Length of what `hashVersion` adds. */
export function hashedBytesOf(version: Version): number {
  const leaseBytes = version.lease === 0n ? 0 : leaseOf(version).length;
  return headOf(version).length + version.valueBytes + leaseBytes;
}

const separator = 0x5f;
const tombstoneMark = 0x74;
/** Number and wire type of each field. */
const field = { key: 0x0a, createRevision: 0x10, modRevision: 0x18, version: 0x20, value: 0x2a, lease: 0x30 } as const;
/** Of everything in front of the value but the key: never more. */
const headBytesMax = 80;

/** Everything in front of the value's bytes. */
function headOf(version: Version): Uint8Array {
  const writer = new ByteWriter(version.key.length + headBytesMax);
  writer.u64(version.modRevision);
  writer.u8(separator);
  writer.u64(version.sub);
  if (isTombstone(version)) writer.u8(tombstoneMark);
  writer.u8(field.key);
  writer.byteString(version.key);
  if (isTombstone(version)) return writer.written();
  addNumber(writer, field.createRevision, version.createRevision);
  addNumber(writer, field.modRevision, version.modRevision);
  addNumber(writer, field.version, version.version);
  addNumber(writer, field.value, version.valueBytes);
  return writer.written();
}

function addNumber(writer: ByteWriter, tag: number, value: number): void {
  if (value === 0) return;
  writer.u8(tag);
  writer.varint(value);
}

/** A negative number is ten bytes long, as in every int64 of protobuf. */
function leaseOf({ lease }: Version): Uint8Array {
  const bytes: number[] = [field.lease];
  let left = BigInt.asUintN(64, lease);
  for (; left >= 128n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  bytes.push(Number(left));
  return Uint8Array.from(bytes);
}
