import { describe, expect, test } from 'vitest';
import { createNodeDigest } from './node-digest.ts';

const { sha256, crc32 } = createNodeDigest();

/** The examples of FIPS 180-4 (NIST, "SHA-256 examples") and of its long-message test. */
const sha256Vectors: readonly [string, string][] = [
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
];

describe('SHA-256', () => {
  test.each(sha256Vectors)('of %.20s', (message, digest) => {
    const bytes = new TextEncoder().encode(message);
    expect(hex(sha256(bytes))).toBe(digest);
    const cut = Math.floor(bytes.length / 3);
    expect(hex(sha256(bytes.subarray(0, cut), bytes.subarray(cut), new Uint8Array(0)))).toBe(digest);
  });

  test('of no parts is that of no bytes, and a plain byte array', () => {
    expect(hex(sha256())).toBe(sha256Vectors[0]?.[1]);
    expect(Object.getPrototypeOf(sha256())).toBe(Uint8Array.prototype);
    expect(Object.getPrototypeOf(sha256(Uint8Array.of(1)))).toBe(Uint8Array.prototype);
  });
});

describe('CRC-32', () => {
  /** Known values, among them the check value (of "123456789"); those above 2^31 must not come out negative. */
  test.each([
    ['', 0],
    ['123456789', 0xcbf43926],
    ['a', 0xe8b7be43],
    ['The quick brown fox jumps over the lazy dog', 0x414fa339],
  ])('of %j', (message, checksum) => {
    expect(crc32(new TextEncoder().encode(message))).toBe(checksum);
  });

  test('looks at its own window of a larger buffer only', () => {
    const padded = new TextEncoder().encode('xx123456789xx');
    expect(crc32(padded.subarray(2, 11))).toBe(0xcbf43926);
  });
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
