import { expect, test } from 'vitest';
import { keyOfStoreKey, storeKeyOf } from './store-key.ts';

test('a relative key is below the home, an absolute one is not', () => {
  expect(storeKeyOf('', 'log/1')).toBe('log/1');
  expect(storeKeyOf('branches/b/', 'log/1')).toBe('branches/b/log/1');
  expect(storeKeyOf('branches/b/', '/chunks/x')).toBe('chunks/x');
  expect(storeKeyOf('', '/branches/b/chunks/x')).toBe('branches/b/chunks/x');
});

test('what was listed comes back in the form that was asked in', () => {
  expect(keyOfStoreKey('', 'log/1', 'log/')).toBe('log/1');
  expect(keyOfStoreKey('branches/b/', 'branches/b/log/1', 'log/')).toBe('log/1');
  expect(keyOfStoreKey('branches/b/', 'branches/c/manifest', '/branches/')).toBe('/branches/c/manifest');
});
