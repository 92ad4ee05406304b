import { expect, test } from 'vitest';
import { createNodeCompression } from './node-compression.ts';

const compression = createNodeCompression();
const text = new TextEncoder().encode('{"kind":"Pod"}'.repeat(200));
const zstdMagic = [0x28, 0xb5, 0x2f, 0xfd];

test('compresses to zstd, and back to exactly what it was, as plain bytes', () => {
  const compressed = compression.compress(text);
  expect(compression.codec).toBe(1);
  expect([...compressed.subarray(0, 4)]).toStrictEqual(zstdMagic);
  expect(compressed.length).toBeLessThan(text.length / 10);
  const back = compression.decompress(1, compressed, text.length);
  expect(back).toStrictEqual(text);
  expect(Object.getPrototypeOf(back)).toBe(Uint8Array.prototype);
  expect(compression.decompress(1, compression.compress(new Uint8Array(0)), 0)).toStrictEqual(new Uint8Array(0));
});

test('reads what was stored as it is', () => {
  expect(compression.decompress(0, text, text.length)).toStrictEqual(text);
  expect(compression.decompress(0, text, text.length - 1)).toBeUndefined();
});

test('another size, a cut, and what is no zstd give nothing, and throw nothing', () => {
  const compressed = compression.compress(text);
  expect(compression.decompress(1, compressed, text.length - 1)).toBeUndefined();
  expect(compression.decompress(1, compressed, text.length + 1)).toBeUndefined();
  expect(compression.decompress(1, compressed, 0)).toBeUndefined();
  expect(compression.decompress(1, compressed.subarray(0, compressed.length - 3), text.length)).toBeUndefined();
  expect(compression.decompress(1, text, text.length)).toBeUndefined();
});

test('what would come out larger than was said is given up before it fills the memory', () => {
  const bomb = compression.compress(new Uint8Array(64 * 1024 * 1024));
  const before = process.memoryUsage().arrayBuffers;
  expect(compression.decompress(1, bomb, 1_000)).toBeUndefined();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
});
