import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeDamage } from '../../src/core/format/damage.ts';
import type { Decoded } from '../../src/core/format/damage.ts';
import { localEntries, samples, storedValues, decodeStored } from './format-kinds.ts';
import type { Sample } from './format-kinds.ts';

/** Each object kind: it comes back as it was, and no change to its bytes goes unnoticed. */

/** Flips and cuts are tried at every place up to this length, beyond it at sampled ones. */
const exhaustiveBytesMax = 300;
const sampledPlaces = 300;

describe.each(Object.entries(samples))('%s', (_kind, arbitrary) => {
  test('decodes to what was encoded', () => {
    fc.assert(
      fc.property(arbitrary, (sample) => {
        expect(sample.decode(sample.bytes)).toStrictEqual({ kind: 'ok', value: sample.value });
      }),
      { numRuns: 200 },
    );
  });

  test('decodes from the middle of a larger buffer', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(9), (sample, margin) => {
        const larger = new Uint8Array(sample.bytes.length + 2 * margin).fill(0xee);
        larger.set(sample.bytes, margin);
        const inside = larger.subarray(margin, margin + sample.bytes.length);
        expect(sample.decode(inside)).toStrictEqual({ kind: 'ok', value: sample.value });
      }),
      { numRuns: 30 },
    );
  });

  test('every flipped bit is damage', () => {
    fc.assert(
      fc.property(arbitrary, fc.infiniteStream(fc.nat()), (sample, random) => {
        for (const bit of placesIn(sample.bytes.length * 8, random)) {
          const bytes = sample.bytes.slice();
          bytes[bit >> 3]! ^= 1 << (bit & 7);
          expectDamage(sample.decode(bytes), `bit ${bit}`);
        }
      }),
      { numRuns: 8 },
    );
  });

  test('every cut is damage', () => {
    fc.assert(
      fc.property(arbitrary, fc.infiniteStream(fc.nat()), (sample, random) => {
        for (const length of placesIn(sample.bytes.length, random)) {
          expectDamage(sample.decode(sample.bytes.slice(0, length)), `cut to ${length}`);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('bytes after the end are damage', () => {
    fc.assert(
      fc.property(arbitrary, fc.uint8Array({ minLength: 1, maxLength: 20 }), (sample, more) => {
        const longer = new Uint8Array(sample.bytes.length + more.length);
        longer.set(sample.bytes);
        longer.set(more, sample.bytes.length);
        expectDamage(sample.decode(longer), 'longer');
      }),
      { numRuns: 50 },
    );
  });

  test('no bytes make a decoder throw', () => {
    fc.assert(
      fc.property(arbitrary, fc.uint8Array({ maxLength: 200 }), (sample, bytes) => {
        expectDamage(sample.decode(bytes), 'noise');
      }),
      { numRuns: 100 },
    );
  });

  test('changed fields under right checksums are damage, or another value with exactly these bytes', () => {
    fc.assert(
      fc.property(arbitrary, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }), checkReseal),
      { numRuns: 600 },
    );
  });

  test('bytes of every other kind are named as such', () => {
    for (const other of Object.values(samples)) {
      if (other === arbitrary) continue;
      fc.assert(
        fc.property(arbitrary, other, (sample, foreign) => {
          const decoded = sample.decode(foreign.bytes);
          if (decoded.kind === 'ok') throw new Error('decoded another kind');
          expect(decoded.damage.reason).toBe('kind');
          expect(decoded.damage.found).toBe(`a ${foreign.kind}`);
        }),
        { numRuns: 3 },
      );
    }
  });

  test('a newer format version asks for an upgrade; a flipped version is damage', () => {
    fc.assert(
      fc.property(arbitrary, (sample) => {
        const newer = sample.bytes.slice();
        newer[5] = 2;
        const flipped = sample.decode(newer);
        expect(flipped.kind === 'damaged' && flipped.damage.reason).toBe('checksum');
        sample.reseal(newer);
        const decoded = sample.decode(newer);
        if (decoded.kind === 'ok') throw new Error('read a newer version');
        expect(decoded.damage.reason).toBe('version');
        expect(describeDamage(decoded.damage)).toMatch(/format version 1 .*found version 2: upgrade/);
      }),
      { numRuns: 10 },
    );
  });
});

function checkReseal(sample: Sample, changes: readonly (readonly [number, number])[]): void {
  const bytes = sample.bytes.slice();
  for (const [place, value] of changes) bytes[place % bytes.length] = value;
  sample.reseal(bytes);
  const decoded = sample.decode(bytes);
  if (decoded.kind === 'damaged') return;
  expect([...sample.encode(decoded.value as never)]).toStrictEqual([...bytes]);
}

describe.each(Object.entries(localEntries))('local %s', (_kind, arbitrary) => {
  test('decodes to what was encoded', () => {
    fc.assert(
      fc.property(arbitrary, ({ entry, value, decode }) => {
        expect(decode(entry)).toStrictEqual({ kind: 'ok', value });
      }),
      { numRuns: 200 },
    );
  });

  test('every flipped bit of key or content, and every cut, is damage', () => {
    fc.assert(
      fc.property(arbitrary, ({ entry, decode }) => {
        for (const part of ['key', 'value'] as const) {
          for (let bit = 0; bit < entry[part].length * 8; bit++) {
            const bytes = entry[part].slice();
            bytes[bit >> 3]! ^= 1 << (bit & 7);
            expectDamage(decode({ ...entry, [part]: bytes }), `bit ${bit} of ${part}`);
          }
          for (let length = 0; length < entry[part].length; length++) {
            expectDamage(decode({ ...entry, [part]: entry[part].slice(0, length) }), `${part} cut to ${length}`);
          }
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('local value', () => {
  test('comes back; changed, cut, missing or exchanged it is damage', () => {
    fc.assert(
      fc.property(storedValues, ({ version, stored }) => {
        expect(decodeStored(version, stored)).toStrictEqual({ kind: 'ok', value: version.value });
        for (let bit = 0; bit < stored.length * 8; bit++) {
          const bytes = stored.slice();
          bytes[bit >> 3]! ^= 1 << (bit & 7);
          expectDamage(decodeStored(version, bytes), `bit ${bit}`);
        }
        expectDamage(decodeStored(version, stored.slice(1)), 'cut');
        expectDamage(decodeStored(version, undefined), 'missing');
        expectDamage(decodeStored({ ...version, sub: (version.sub ^ 1) >>> 0 }, stored), 'under another key');
      }),
      { numRuns: 30 },
    );
  });
});

function placesIn(count: number, random: fc.Stream<number>): Iterable<number> {
  if (count <= exhaustiveBytesMax * 8) return Array<undefined>(count).keys();
  return [...random.take(sampledPlaces)].map((place) => place % count);
}

function expectDamage(decoded: Decoded<unknown>, what: string): void {
  if (decoded.kind === 'ok') throw new Error(`${what}: not noticed`);
}
