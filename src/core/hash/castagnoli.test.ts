import fc from 'fast-check';
import { expect, test } from 'vitest';
import { castagnoli, createJoiner } from './castagnoli.ts';

const text = (ascii: string) => Uint8Array.from(ascii, (char) => char.charCodeAt(0));

test.each<[string, Uint8Array, number]>([
  ['nothing', new Uint8Array(0), 0],
  ['the check value', text('123456789'), 0xe3069283],
  ['32 zeros, of RFC 3720', new Uint8Array(32), 0x8a9136aa],
  ['32 ones, of RFC 3720', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 ascending, of RFC 3720', Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
])('is as published: %s', (_name, bytes, crc) => {
  expect(castagnoli(bytes)).toBe(crc);
});

test('goes on where it stopped, and joins what was computed apart', () => {
  const joiner = createJoiner();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (first, second) => {
      const whole = castagnoli(Uint8Array.from([...first, ...second]));
      expect(castagnoli(second, castagnoli(first))).toBe(whole);
      expect(joiner.join(castagnoli(first), castagnoli(second), second.length)).toBe(whole);
    }),
  );
});
