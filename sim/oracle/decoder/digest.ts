/**
 * SHA-256 (FIPS 180-4) and CRC-32 (IEEE 802.3) of its own, so that a fault in the digests which the nodes are given is seen too.
 */

const roundConstants = new Int32Array(64);
const initialHash = new Int32Array(8);
const crcTable = new Int32Array(256);
const schedule = new Int32Array(64);

/** The first 32 bits of the fraction. */
function fractionBits(number: number): number {
  return ((number - Math.floor(number)) * 2 ** 32) | 0;
}

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) return false;
  return true;
}

for (let candidate = 2, found = 0; found < 64; candidate++) {
  if (!isPrime(candidate)) continue;
  if (found < 8) initialHash[found] = fractionBits(candidate ** (1 / 2));
  roundConstants[found] = fractionBits(Math.cbrt(candidate));
  found += 1;
}

for (let byte = 0; byte < 256; byte++) {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  crcTable[byte] = value;
}

export function crc32(bytes: Uint8Array): number {
  let value = -1;
  for (let index = 0; index < bytes.length; index++) value = (value >>> 8) ^ crcTable[(value ^ bytes[index]!) & 0xff]!;
  return (value ^ -1) >>> 0;
}

export function sha256(bytes: Uint8Array): Uint8Array {
  const hash = initialHash.slice();
  const whole = bytes.length - (bytes.length % 64);
  for (let offset = 0; offset < whole; offset += 64) addBlock(hash, bytes, offset);
  const tail = new Uint8Array(bytes.length - whole < 56 ? 64 : 128);
  tail.set(bytes.subarray(whole));
  tail[bytes.length - whole] = 0x80;
  const view = new DataView(tail.buffer);
  view.setUint32(tail.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(tail.length - 4, (bytes.length << 3) >>> 0);
  for (let offset = 0; offset < tail.length; offset += 64) addBlock(hash, tail, offset);
  const result = new Uint8Array(32);
  const out = new DataView(result.buffer);
  for (let word = 0; word < 8; word++) out.setInt32(word * 4, hash[word]!);
  return result;
}

function addBlock(hash: Int32Array, bytes: Uint8Array, offset: number): void {
  for (let word = 0; word < 16; word++) {
    const at = offset + word * 4;
    schedule[word] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  }
  for (let word = 16; word < 64; word++) {
    const early = schedule[word - 15]!;
    const late = schedule[word - 2]!;
    const mixedEarly = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
    const mixedLate = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
    schedule[word] = (schedule[word - 16]! + mixedEarly + schedule[word - 7]! + mixedLate) | 0;
  }
  let a = hash[0]!;
  let b = hash[1]!;
  let c = hash[2]!;
  let d = hash[3]!;
  let e = hash[4]!;
  let f = hash[5]!;
  let g = hash[6]!;
  let h = hash[7]!;
  for (let round = 0; round < 64; round++) {
    const mixedE = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const chosen = (e & f) ^ (~e & g);
    const first = (h + mixedE + chosen + roundConstants[round]! + schedule[round]!) | 0;
    const mixedA = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + mixedA + majority) | 0;
  }
  hash[0] = (hash[0]! + a) | 0;
  hash[1] = (hash[1]! + b) | 0;
  hash[2] = (hash[2]! + c) | 0;
  hash[3] = (hash[3]! + d) | 0;
  hash[4] = (hash[4]! + e) | 0;
  hash[5] = (hash[5]! + f) | 0;
  hash[6] = (hash[6]! + g) | 0;
  hash[7] = (hash[7]! + h) | 0;
}
