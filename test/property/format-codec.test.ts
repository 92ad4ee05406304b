import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DamageSignal } from '../../src/core/format/damage.ts';
import { ByteReader } from '../../src/core/format/reader.ts';
import { utf8BytesOf, utf8TextOf } from '../../src/core/format/utf8.ts';
import { ByteWriter } from '../../src/core/format/writer.ts';
import { numbers } from './format-arbitraries.ts';

describe('UTF-8', () => {
  test('encodes as the platform does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8BytesOf(text)).toStrictEqual(new TextEncoder().encode(text));
        expect(utf8TextOf(utf8BytesOf(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test('accepts exactly what the platform accepts', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 5 }),
      fc
        .array(fc.constantFrom(0x41, 0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xa0, 0x9f, 0xed, 0xf0, 0x90, 0x8f, 0xf4, 0xf5))
        .map((all) => Uint8Array.from(all)),
    );
    fc.assert(
      fc.property(bytes, (encoded) => {
        expect(utf8TextOf(encoded)).toBe(platformTextOf(encoded));
      }),
      { numRuns: 3_000 },
    );
  });

  test('a lone surrogate has no bytes', () => {
    expect(() => utf8BytesOf('a\ud800b')).toThrow('lone surrogate');
  });
});

describe('writer and reader', () => {
  test('numbers come back in every form, and in the shortest varint', () => {
    fc.assert(
      fc.property(numbers, (number) => {
        const writer = new ByteWriter(0);
        writer.varint(number);
        expect(writer.length).toBe(Math.max(1, Math.ceil(number.toString(2).length / 7)));
        writer.u64(number);
        const reader = new ByteReader(writer.written());
        expect([reader.varint('varint'), reader.u64('u64'), reader.left]).toStrictEqual([number, number, 0]);
      }),
    );
  });

  test('numbers that are none of ours are damage', () => {
    const reading = (read: (reader: ByteReader) => unknown, ...bytes: number[]) => {
      expect(() => read(new ByteReader(Uint8Array.from(bytes)))).toThrow(DamageSignal);
    };
    const varint = (reader: ByteReader) => reader.varint('number');
    reading(varint, 0x80, 0x00);
    reading(varint, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x10);
    reading(varint, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x8f, 0x01);
    reading(varint, 0x80);
    reading((reader) => reader.varint('number', 3, 5), 2);
    reading((reader) => reader.varint('number', 3, 5), 6);
    reading((reader) => reader.u64('number'), 0x00, 0x20, 0, 0, 0, 0, 0, 0);
    reading((reader) => reader.count('things', 2), 2, 0, 0, 0);
    reading((reader) => reader.bytes('bytes', 1), 2, 0, 0);
    reading((reader) => reader.text('text', 9), 1, 0x80);
  });

  test('a value that does not fit its field is a bug of ours', () => {
    const writer = new ByteWriter(8);
    expect(() => writer.u8(256)).toThrow('u8');
    expect(() => writer.u16(-1)).toThrow('u16');
    expect(() => writer.u32(2 ** 32)).toThrow('u32');
    expect(() => writer.varint(0.5)).toThrow('varint');
    expect(() => writer.varint(2 ** 53)).toThrow('varint');
    expect(() => writer.u64(-1)).toThrow('u64');
    expect(() => writer.i64(2n ** 63n)).toThrow('i64');
    expect(() => writer.bigU64(-1n)).toThrow('u64');
    expect(() => writer.byteString('€')).toThrow('above 255');
    expect(() => writer.text('abc', 2)).toThrow('longer');
  });
});

function platformTextOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
