import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BboltDamage } from '../../src/etcd-snapshot/bbolt/damage.ts';
import { openBbolt } from '../../src/etcd-snapshot/bbolt/reader.ts';
import { memorySource } from '../../src/etcd-snapshot/bbolt/source.ts';
import { arbitraryBucket, longBucket, readPlain, writePlain, type PlainBucket } from './arbitrary-buckets.ts';

const pageSizes = [1_024, 4_096, 16_384, 65_536];

test('what was written is read again', () => {
  fc.assert(
    fc.property(arbitraryBucket, fc.constantFrom(...pageSizes), (bucket, pageBytes) => {
      const file = writePlain(bucket, pageBytes);
      expect(file.length % pageBytes).toBe(0);
      expect(readPlain(openBbolt(memorySource(file)))).toEqual(bucket);
    }),
    { numRuns: 60 },
  );
});

test.each([1, 2, 85, 86, 300, 5_000, 30_000])('a bucket of %i entries', (count) => {
  const bucket = { entries: [{ key: Uint8Array.of(107), value: longBucket(count, 30) }] };
  const read = readPlain(openBbolt(memorySource(writePlain(bucket))));
  expect((read.entries[0]!.value as PlainBucket).entries).toHaveLength(count);
  expect(read).toEqual(bucket);
});

/** A file of several levels, with inline buckets and values of several pages. */
const subject = writePlain({
  entries: [
    { key: Uint8Array.of(1), value: { entries: [] } },
    { key: Uint8Array.of(2), value: longBucket(5, 3) },
    { key: Uint8Array.of(3), value: longBucket(700, 25) },
    { key: Uint8Array.of(4), value: longBucket(7, 9_000) },
  ],
});

/** What a damaged file comes to: an error that names what is wrong, or content. */
function readDamaged(bytes: Uint8Array): PlainBucket | BboltDamage {
  try {
    return readPlain(openBbolt(memorySource(bytes)));
  } catch (error) {
    if (error instanceof BboltDamage) return error;
    throw error;
  }
}

test('bits that were flipped end in an error that says where, or in content that is read the same again', () => {
  let damaged = 0;
  const bit = fc.oneof(
    // Where what is structure lies.
    fc
      .record({ page: fc.nat(subject.length / 4_096 - 1), offset: fc.nat(200) })
      .map((at) => at.page * 4_096 + at.offset),
    fc.nat(subject.length - 1),
  );
  fc.assert(
    fc.property(
      fc.array(fc.record({ byte: bit, mask: fc.integer({ min: 1, max: 255 }) }), { minLength: 1, maxLength: 4 }),
      (flips) => {
        const bytes = Uint8Array.from(subject);
        for (const { byte, mask } of flips) bytes[byte]! ^= mask;
        const read = readDamaged(bytes);
        if (read instanceof BboltDamage) {
          damaged += 1;
          expect(read.message).toMatch(/\w/);
          return;
        }
        expect(readPlain(openBbolt(memorySource(writePlain(read))))).toEqual(read);
      },
    ),
    { numRuns: 600 },
  );
  expect(damaged).toBeGreaterThan(100);
});

test('a file that was cut off is told from a whole one', () => {
  for (let bytes = 0; bytes < subject.length; bytes += 1_000) {
    expect(readDamaged(subject.subarray(0, bytes))).toBeInstanceOf(BboltDamage);
  }
});

test('a tree that goes in a circle ends', () => {
  const bytes = Uint8Array.from(subject);
  const view = new DataView(bytes.buffer);
  let circles = 0;
  for (let page = 3; page < bytes.length / 4_096; page++) {
    if (view.getUint16(page * 4_096 + 8, true) !== 1) continue;
    // Its last child is itself.
    const last = view.getUint16(page * 4_096 + 10, true) - 1;
    view.setBigUint64(page * 4_096 + 16 + last * 16 + 8, BigInt(page), true);
    circles += 1;
  }
  expect(circles).toBeGreaterThan(0);
  expect(String(readDamaged(bytes))).toMatch(/page \d+: is reached for the second time/);
});

test('one damaged meta page is got over, two are not', () => {
  const whole = readDamaged(subject);
  for (const page of [0, 1]) {
    const bytes = Uint8Array.from(subject);
    bytes[page * 4_096 + 30]! ^= 1;
    expect(readDamaged(bytes)).toEqual(whole);
  }
  const bytes = Uint8Array.from(subject);
  for (const page of [0, 1]) bytes[page * 4_096 + 60]! ^= 1;
  expect(String(readDamaged(bytes))).toMatch(/page 0: the checksum of the meta page is wrong/);
});
