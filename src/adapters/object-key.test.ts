import { describe, expect, test } from 'vitest';
import { assertObjectKey, assertObjectPrefix, isObjectKey, objectKeySegmentBytesMax } from './object-key.ts';

describe('object keys', () => {
  test.each(['control', 'log/00000000000000000001', 'a.b/..c/d..', "odd/!$&'()*+,-.:;=?@_"])('%s is legal', (key) => {
    expect(() => assertObjectKey(key)).not.toThrow();
    expect(isObjectKey(key)).toBe(true);
  });

  test.each([
    '',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    '../a',
    'a/../b',
    'a/.',
    'a\\b',
    'a b',
    'a~b',
    'a%2fb',
    'a\0b',
    'é',
    'a\n',
    'x'.repeat(objectKeySegmentBytesMax + 1),
  ])('%j is refused', (key) => {
    expect(() => assertObjectKey(key)).toThrow(/object key/);
    expect(isObjectKey(key)).toBe(false);
  });

  test('a prefix may stop anywhere, but may not climb', () => {
    for (const prefix of ['', 'log/', 'log/0', 'a.', 'a/.']) expect(() => assertObjectPrefix(prefix)).not.toThrow();
    for (const prefix of ['/', '../', '../a', 'a//', '/a', 'a/../b']) {
      expect(() => assertObjectPrefix(prefix), prefix).toThrow(/object key prefix/);
    }
  });
});
