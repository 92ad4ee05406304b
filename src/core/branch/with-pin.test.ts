import { expect, test } from 'vitest';
import type { Pin } from '../types/log.ts';
import { withPin } from './with-pin.ts';

function pinOf(id: number, lastSlot: number): Pin {
  return {
    id: new Uint8Array(16).fill(id),
    name: `branches/b/${'0'.repeat(16)}/`,
    createdWallMs: 0,
    checkpoint: undefined,
    firstSlot: 1,
    lastSlot,
  };
}

test('pins ascend by id', () => {
  expect(withPin([pinOf(1, 1), pinOf(5, 1)], pinOf(3, 1)).map(({ id }) => id[0])).toEqual([1, 3, 5]);
});

test('a pin of an attempt before is replaced', () => {
  const pins = withPin([pinOf(1, 1), pinOf(3, 7)], pinOf(3, 9));
  expect(pins.map(({ id, lastSlot }) => [id[0], lastSlot])).toEqual([
    [1, 1],
    [3, 9],
  ]);
});
