import { assert } from '../assert.ts';

/** CRC-32 with Castagnoli's polynomial (RFC 3720, appendix B.4), eight bytes a step, and the CRC of two stretches from those of each. */

const polynomial = 0x82f63b78;
const step = 8;
const tables = createTables();

/** Of `before` followed by `bytes`; 0 is that of nothing. Unsigned. */
export function castagnoli(bytes: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
  let crc = ~before;
  let at = 0;
  for (const end = bytes.length - (bytes.length % step); at < end; at += step) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      t7[crc & 255]! ^
      t6[(crc >>> 8) & 255]! ^
      t5[(crc >>> 16) & 255]! ^
      t4[crc >>> 24]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at++) crc = t0[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** The CRC of a stretch followed by another one of `length` bytes. */
export interface Joiner {
  join(first: number, second: number, length: number): number;
}

/** Remembers what it computed for each length: stretches of few lengths are joined quickly. */
export function createJoiner(): Joiner {
  const shifts = new Map<number, number>();
  return {
    join(first, second, length) {
      let shift = shifts.get(length);
      if (shift === undefined) {
        shift = powerOfX(length);
        if (shifts.size < shiftsMax) shifts.set(length, shift);
      }
      return (multiply(shift, first) ^ second) >>> 0;
    },
  };
}

const shiftsMax = 4_096;

/** x to the power of so many bytes, modulo the polynomial; bits are reflected, as the CRC's are: the highest one is x⁰. */
function powerOfX(bytes: number): number {
  assert(bytes >= 0, 'a stretch has a length');
  let power = 0x80000000;
  // x⁸, x¹⁶, x³² …: each the square of the one before.
  let square = 0x00800000;
  for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power = multiply(square, power);
    square = multiply(square, square);
  }
  return power;
}

function multiply(left: number, right: number): number {
  let product = 0;
  let shifted = right;
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if ((left & bit) !== 0) product ^= shifted;
    shifted = (shifted & 1) === 0 ? shifted >>> 1 : (shifted >>> 1) ^ polynomial;
  }
  return product >>> 0;
}

type Tables = readonly [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];

function createTables(): Tables {
  const first = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ polynomial;
    first[byte] = crc;
  }
  const all = [first];
  for (let index = 1; index < step; index++) {
    const before = all[index - 1]!;
    all.push(before.map((crc) => first[crc & 255]! ^ (crc >>> 8)));
  }
  return all as unknown as Tables;
}
