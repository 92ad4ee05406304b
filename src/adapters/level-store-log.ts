/**
 * Reads LevelDB's write-ahead logs (its doc/log_format.md) to find a hole: writes that are missing although later ones
 * are there.
 *
 * LevelDB itself skips a damaged record and replays what follows, and it does not sync a full log before it goes on to the
 * next: after bit rot or a power loss its content need not be that of a prefix of the writes. Every record
 * carries the number of its first operation and their count, so what LevelDB would replay must count on without a gap. A
 * torn tail is no hole.
 */
const blockBytes = 32 * 1024;
const recordHeaderBytes = 7;
const batchHeaderBytes = 12;
const checksumMask = 0xa282ead8;

const recordFull = 1;
const recordFirst = 2;
const recordMiddle = 3;
const recordLast = 4;

/** Where in the logs (oldest first) writes are missing, in words; undefined when they count on. */
export function findHoleInLogs(
  logs: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): string | undefined {
  let expected: bigint | undefined;
  let emptyLog: string | undefined;
  for (const { name, bytes } of logs) {
    const { batches, startDamaged } = batchesOf(bytes);
    // Nothing says with which number the oldest log began, so its start is judged by itself.
    if (batches.length > 0 && startDamaged) return `${name}: its first operations are missing`;
    if (batches.length === 0) emptyLog ??= name;
    else if (emptyLog !== undefined) return `${emptyLog} holds nothing although ${name} follows it`;
    for (const { first, count } of batches) {
      if (expected !== undefined && first !== expected) {
        return `${name}: operation ${expected} is missing, the next one is ${first}`;
      }
      expected = first + count;
    }
  }
  return undefined;
}

interface Batch {
  readonly first: bigint;
  readonly count: bigint;
}

function batchesOf(log: Uint8Array): { readonly batches: readonly Batch[]; readonly startDamaged: boolean } {
  const batches: Batch[] = [];
  let startDamaged = false;
  /** The first bytes of a batch that goes on in further records: enough for its header. */
  let begun: Uint8Array | undefined;
  for (const { type, payload } of recordsOf(log)) {
    if (type === recordFull) batches.push(...batchOf(payload));
    if (type === recordFirst) begun = payload.slice(0, batchHeaderBytes);
    if (type === recordMiddle || type === recordLast) begun = begun && headerOf(begun, payload);
    if (type === recordLast && begun !== undefined) batches.push(...batchOf(begun));
    if (type === recordDamaged && batches.length === 0) startDamaged = true;
    if (type === recordFull || type === recordLast || type === recordDamaged) begun = undefined;
  }
  return { batches, startDamaged };
}

function headerOf(begun: Uint8Array, payload: Uint8Array): Uint8Array {
  if (begun.length >= batchHeaderBytes) return begun;
  return Uint8Array.from([...begun, ...payload.subarray(0, batchHeaderBytes - begun.length)]);
}

function batchOf(payload: Uint8Array): readonly Batch[] {
  if (payload.length < batchHeaderBytes) return [];
  const view = new DataView(payload.buffer, payload.byteOffset);
  return [{ first: view.getBigUint64(0, true), count: BigInt(view.getUint32(8, true)) }];
}

/** Stands for whatever cannot be read: the rest of its block is skipped, as LevelDB does. */
const recordDamaged = -1;

function* recordsOf(log: Uint8Array): Generator<{ readonly type: number; readonly payload: Uint8Array }> {
  for (let blockStart = 0; blockStart < log.length; blockStart += blockBytes) {
    const block = log.subarray(blockStart, blockStart + blockBytes);
    for (let offset = 0; offset + recordHeaderBytes <= block.length;) {
      const view = new DataView(block.buffer, block.byteOffset + offset);
      const length = view.getUint16(4, true);
      const type = view.getUint8(6);
      const end = offset + recordHeaderBytes + length;
      const intact =
        end <= block.length &&
        type >= recordFull &&
        type <= recordLast &&
        view.getUint32(0, true) === maskedChecksum(block.subarray(offset + recordHeaderBytes - 1, end));
      if (!intact) {
        yield { type: recordDamaged, payload: block.subarray(0, 0) };
        break;
      }
      yield { type, payload: block.subarray(offset + recordHeaderBytes, end) };
      offset = end;
    }
  }
}

/** LevelDB masks its checksums, since a checksum over bytes that hold checksums is weak. */
function maskedChecksum(bytes: Uint8Array): number {
  const checksum = crc32c(bytes);
  return (((checksum >>> 15) | (checksum << 17)) + checksumMask) >>> 0;
}

/** CRC-32C (Castagnoli), which zlib does not have. */
function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) remainder = (crc32cTable[(remainder ^ byte) & 0xff] as number) ^ (remainder >>> 8);
  return ~remainder >>> 0;
}

const crc32cTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) remainder = remainder & 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1;
  return remainder;
});
