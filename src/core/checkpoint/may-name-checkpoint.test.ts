import { expect, test } from 'vitest';
import { mayNameCheckpoint } from './may-name-checkpoint.ts';

test('a checkpoint of which anything is condemned may not be named', () => {
  const objects = new Set(['/checkpoints/1', '/pages/1', '/chunks/1', '/branches/a/chunks/2']);
  expect(mayNameCheckpoint({ objects, condemned: [] })).toBe(true);
  expect(mayNameCheckpoint({ objects, condemned: ['/chunks/2', '/branches/a/chunks/1'] })).toBe(true);
  for (const key of objects) expect(mayNameCheckpoint({ objects, condemned: ['/chunks/9', key] })).toBe(false);
});
