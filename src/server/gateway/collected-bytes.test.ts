import { expect, test } from 'vitest';
import { createCollectedBytes } from './collected-bytes.ts';

test('pieces of any size come out as one, again and again', () => {
  const collected = createCollectedBytes();
  for (const sizes of [[0], [1, 1, 1], [5_000], [4_096, 1, 9_000, 3], []]) {
    const pieces = sizes.map((size, index) => Buffer.alloc(size, index + 1));
    for (const piece of pieces) collected.add(piece);
    expect(collected.length).toBe(sizes.reduce((sum, size) => sum + size, 0));
    expect(collected.take()).toEqual(Buffer.concat(pieces));
    expect(collected.length).toBe(0);
  }
});

test('what was added is not kept itself: not even a piece of one byte keeps alive what it was cut from', () => {
  const collected = createCollectedBytes();
  const piece = Buffer.from('a');
  collected.add(piece);
  piece.write('b');
  expect(collected.take().toString()).toBe('a');
});
