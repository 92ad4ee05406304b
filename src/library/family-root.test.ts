import { expect, test } from 'vitest';
import { familyRoot, homeInLocation } from './family-root.ts';

const home = 'branches/try-1/';

test('the root of a database that is no branch is where it is', () => {
  const location = { kind: 'file', path: './data' } as const;
  expect(familyRoot(location, '')).toBe(location);
  expect(homeInLocation(location)).toBe('');
});

test('a branch lies below its root', () => {
  expect(familyRoot({ kind: 'file', path: '/data/branches/try-1/' }, home)).toEqual({ kind: 'file', path: '/data' });
  expect(familyRoot({ kind: 's3', bucket: 'b', prefix: 'branches/try-1' }, home)).toMatchObject({ prefix: '' });
  expect(familyRoot({ kind: 's3', bucket: 'b', prefix: 'p/q/branches/try-1' }, home)).toMatchObject({ prefix: 'p/q' });
  expect(homeInLocation({ kind: 's3', bucket: 'b', prefix: 'p/branches/try-1' })).toBe(home);
});

test('a location that ends in something else has no such root', () => {
  expect(familyRoot({ kind: 'file', path: '/data/other' }, home)).toBeUndefined();
  expect(familyRoot({ kind: 'file', path: '/data/xbranches/try-1' }, home)).toBeUndefined();
  expect(homeInLocation({ kind: 'file', path: '/data/xbranches/try-1' })).toBe('');
  expect(homeInLocation({ kind: 'file', path: '/data/branches/a/b' })).toBe('');
});
