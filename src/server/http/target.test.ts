import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { targetOf } from './target.ts';

function of(url: string, subtree?: string): readonly [path: string | undefined, elsewhere: string | undefined] {
  const target = targetOf({ url } as never);
  return [target?.path, target?.elsewhere(subtree)];
}

test.each([
  ['/version', '/version', undefined],
  ['/v3beta/kv/range', '/v3/kv/range', undefined],
  ['/x/v3beta/kv', '/x/v3beta/kv', undefined],
  ['//v3/kv/range', '//v3/kv/range', '/v3/kv/range'],
  ['/v3/./kv/../kv//range', '/v3/./kv/../kv//range', '/v3/kv/range'],
  ['/v3/kv/range/', '/v3/kv/range/', undefined],
  ['/v3/kv/range//', '/v3/kv/range//', '/v3/kv/range/'],
  ['/v3/kv/range/.', '/v3/kv/range/.', '/v3/kv/range'],
  ['/v3/kv/range/..', '/v3/kv/range/..', '/v3/kv'],
  ['/../..//version?x=1&y', '/../..//version', '/version?x=1&y'],
  ['//version?', '//version', '/version'],
  ['/%76ersion', '/version', undefined],
  ['//%76ersion', '//version', '/%76ersion'],
  ['/v3%2fkv', '/v3%2Fkv', undefined],
  ['/v3/kv%252frange', '/v3/kv%252frange', undefined],
  ['/v3/%2e%2e/version', '/v3/../version', undefined],
  ['/version#x', '/version#x', undefined],
  ['//\\evil', '//\\evil', '/%5Cevil'],
  ['/v3\\kv', '/v3\\kv', undefined],
  ['http://host:1/version?x', '/version', undefined],
  ['http://host//version?x', '//version', '/version?x'],
  ['/v3', '/v3', '/v3/'],
  ['//v3?x=1', '//v3', '/v3/?x=1'],
])('%s', (url, path, elsewhere) => {
  expect(of(url, '/v3')).toEqual([path, elsewhere]);
});

test.each(['', '*', 'version', 'http://host', '/%', '/%zz', '/a%2', '\\version'])('%s is none', (url) => {
  expect(targetOf({ url } as never)).toBeUndefined();
});

it('leads to no other host, and not in circles', () => {
  const part = fc.constantFrom(
    '/',
    '//',
    '.',
    '..',
    '\\',
    '%2f',
    '%5c',
    '%0a',
    '@',
    ':',
    'v3',
    'evil.example',
    '?',
    '#',
    '<',
    "'",
    '\t',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const url = `/${parts.join('')}`;
      const there = targetOf({ url } as never)?.elsewhere('/v3');
      if (there === undefined) return;
      expect(there).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
      expect(new URL(there, 'http://here').host).toBe('here');
      expect(targetOf({ url: there } as never)?.elsewhere('/v3')).toBeUndefined();
    }),
  );
});
