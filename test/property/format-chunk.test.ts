import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createNodeCompression } from '../../src/adapters/node-compression.ts';
import { decodeChunk, decodeChunkKeys, encodeChunk } from '../../src/core/format/chunk.ts';
import { describeDamage, type DamagedObject, type Decoded } from '../../src/core/format/damage.ts';
import type { Version } from '../../src/core/types/version.ts';
import { noCompression } from '../../src/core/format/no-compression.ts';
import { chunks } from './format-arbitraries.ts';
import { goldens } from './format-goldens.ts';
import { digest } from './format-kinds.ts';

/** The two sections of a chunk: the first alone, and both compressed. */

const zstd = createNodeCompression();
const { chunk, compressible } = goldens;
const key = 'a chunk';

describe.each([
  ['as it is', noCompression],
  ['with zstd', zstd],
])('stored %s', (_how, compression) => {
  test('the keys alone are the versions without their values', () => {
    fc.assert(
      fc.property(fc.oneof(chunks, fc.constant(compressible)), (each) => {
        const { bytes, keysBytes } = encodeChunk(each, digest, compression);
        expect(decodeChunk(key, bytes, digest, compression)).toStrictEqual({ kind: 'ok', value: each });
        const part = bytes.subarray(0, keysBytes);
        expect(decodeChunkKeys(key, part, digest, compression)).toStrictEqual({
          kind: 'ok',
          value: each.versions.map(withoutValue),
        });
      }),
    );
  });

  test('every flipped bit, cut or byte too many is damage, of the whole and of the keys alone', () => {
    const { bytes, keysBytes } = encodeChunk(compressible, digest, compression);
    const readWhole = (read: Uint8Array) => decodeChunk(key, read, digest, compression);
    const readKeys = (read: Uint8Array) => decodeChunkKeys(key, read, digest, compression);
    for (const [whole, read] of [
      [bytes, readWhole],
      [bytes.subarray(0, keysBytes), readKeys],
    ] as const) {
      expect(read(whole).kind).toBe('ok');
      for (let bit = 0; bit < whole.length * 8; bit++) {
        const changed = whole.slice();
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(read(changed).kind).toBe('damaged');
      }
      for (let length = 0; length < whole.length; length++) expect(read(whole.slice(0, length)).kind).toBe('damaged');
      expect(read(Uint8Array.of(...whole, 0)).kind).toBe('damaged');
    }
    expect(readKeys(bytes).kind).toBe('damaged');
    expect(readWhole(bytes.subarray(0, keysBytes)).kind).toBe('damaged');
  });
});

test('what compression makes smaller is stored smaller, each section by itself; the rest as it is', () => {
  const plain = encodeChunk(compressible, digest, noCompression);
  const packed = encodeChunk(compressible, digest, zstd);
  expect(packed.keysBytes).toBeLessThan(plain.keysBytes);
  expect(packed.bytes.length - packed.keysBytes).toBeLessThan((plain.bytes.length - plain.keysBytes) / 2);
  expect(encodeChunk(chunk, digest, zstd)).toStrictEqual(encodeChunk(chunk, digest, noCompression));
});

test('a platform without zstd says so, and reads nothing', () => {
  const { bytes } = encodeChunk(compressible, digest, zstd);
  const damage = damageOf(decodeChunk(key, bytes, digest, noCompression));
  expect(damage.reason).toBe('value');
  expect(describeDamage(damage)).toMatch(/keys: zstd of \d+ bytes, and a platform that reads zstd/);
});

test('what the reference says is compared', () => {
  const { bytes, keysBytes } = encodeChunk(chunk, digest, noCompression);
  const firstKey = chunk.versions[0]!.key;
  const versions = chunk.versions.length;
  const whole = (expected: object) => decodeChunk(key, bytes, digest, noCompression, expected);
  const part = (expected: object) =>
    decodeChunkKeys(key, bytes.subarray(0, keysBytes), digest, noCompression, expected);
  expect(whole({ firstKey, versions, keysBytes }).kind).toBe('ok');
  expect(part({ firstKey, versions }).kind).toBe('ok');
  expect(damageOf(whole({ keysBytes: keysBytes + 1 })).reason).toBe('identity');
  for (const read of [whole, part]) {
    expect(damageOf(read({ firstKey: `${firstKey}x` })).reason).toBe('identity');
    expect(damageOf(read({ versions: versions + 1 })).reason).toBe('identity');
  }
});

test('values that are not as long as the keys say are damage, under right checksums', () => {
  const { bytes, keysBytes } = encodeChunk(chunk, digest, noCompression);
  const other = encodeChunk(
    { versions: [{ ...chunk.versions[0]!, valueBytes: 1, value: Uint8Array.of(1) }] },
    digest,
    noCompression,
  );
  const body = Uint8Array.of(...bytes.subarray(0, keysBytes), ...other.bytes.subarray(other.keysBytes, -4), 0, 0, 0, 0);
  new DataView(body.buffer).setUint32(body.length - 4, digest.crc32(body.subarray(0, -4)));
  expect(damageOf(decodeChunk(key, body, digest, noCompression))).toMatchObject({
    reason: 'value',
    offset: keysBytes,
    expected: 'size of the values: 3, as the keys say',
    found: '1',
  });
});

function withoutValue(version: Version): Version {
  return { ...version, value: version.valueBytes === 0 ? version.value : undefined };
}

function damageOf(decoded: Decoded<unknown>): DamagedObject {
  if (decoded.kind === 'ok') throw new Error('not noticed');
  return decoded.damage;
}
