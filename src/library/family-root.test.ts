import { expect, test } from 'vitest';
import { branchInLocation, familyRoot, homeInLocation, locationOfBranch } from './family-root.ts';

const home = 'branches/try-1/0123456789abcdef/';

test('the root of a database that is no branch is where it is', () => {
  const location = { kind: 'file', path: './data' } as const;
  expect(familyRoot(location, '')).toBe(location);
  expect(homeInLocation(location)).toBe('');
});

test('a branch lies below its root', () => {
  expect(familyRoot({ kind: 'file', path: '/data/branches/try-1/0123456789abcdef/' }, home)).toEqual({
    kind: 'file',
    path: '/data',
  });
  expect(familyRoot({ kind: 's3', bucket: 'b', prefix: 'branches/try-1/0123456789abcdef' }, home)).toMatchObject({
    prefix: '',
  });
  expect(familyRoot({ kind: 's3', bucket: 'b', prefix: 'p/q/branches/try-1/0123456789abcdef' }, home)).toMatchObject({
    prefix: 'p/q',
  });
  expect(homeInLocation({ kind: 's3', bucket: 'b', prefix: 'p/branches/try-1/0123456789abcdef' })).toBe(home);
});

test('a location that ends in something else has no such root', () => {
  expect(familyRoot({ kind: 'file', path: '/data/other' }, home)).toBeUndefined();
  expect(familyRoot({ kind: 'file', path: '/data/xbranches/try-1/0123456789abcdef' }, home)).toBeUndefined();
  expect(homeInLocation({ kind: 'file', path: '/data/xbranches/try-1/0123456789abcdef' })).toBe('');
  expect(homeInLocation({ kind: 'file', path: '/data/branches/a/b' })).toBe('');
});

test('a branch is named without its id too', () => {
  expect(branchInLocation({ kind: 'file', path: '/data/branches/try-1/' })).toEqual({
    name: 'try-1',
    root: { kind: 'file', path: '/data' },
  });
  expect(branchInLocation({ kind: 'file', path: 'branches/a' })?.root).toEqual({ kind: 'file', path: '.' });
  expect(branchInLocation({ kind: 's3', bucket: 'b', prefix: 'branches/a' })?.root).toMatchObject({ prefix: '' });
  expect(branchInLocation({ kind: 'file', path: '/data/xbranches/a' })).toBeUndefined();
  expect(branchInLocation({ kind: 'file', path: '/data/branches/A' })).toBeUndefined();
  expect(branchInLocation({ kind: 'file', path: `/data/${home}` })).toBeUndefined();
});

test('a branch is found again where it is said to be', () => {
  for (const root of [
    { kind: 'file', path: '/data' },
    { kind: 'file', path: '.' },
    { kind: 's3', bucket: 'b', prefix: '' },
    { kind: 's3', bucket: 'b', prefix: 'p/q', endpoint: 'http://127.0.0.1:1' },
  ] as const) {
    expect(branchInLocation(locationOfBranch(root, 'try-1'))).toEqual({ name: 'try-1', root });
  }
  expect(locationOfBranch({ kind: 'file', path: '/data/' }, 'a')).toEqual({ kind: 'file', path: '/data/branches/a' });
});
