import { expect, test } from 'vitest';
import { firstDifference, firstDifferentLine, nodeBinary } from './determinism.ts';

const store = new URL('./store-subject.ts', import.meta.url).href;

test('another process takes the same way', async () => {
  expect(await firstDifference(store, [1, 2], [nodeBinary(process.execPath)])).toBeUndefined();
}, 60_000);

test('the first event that differs is named, where one is missing too', () => {
  expect(firstDifferentLine(['a', 'b', 'c'], ['a', 'x', 'c'])).toEqual({ event: 2, here: 'b', there: 'x' });
  expect(firstDifferentLine(['a', 'b'], ['a'])).toEqual({ event: 2, here: 'b', there: undefined });
});
