import { describe, expect, test } from 'vitest';
import { openObjectStore, openStoreAt, StoreUrlError } from './open-store.ts';
import { parseStoreUrl, urlOfStore, type StoreLocation } from './store-url.ts';

describe('store URLs', () => {
  test.each([
    ['file:./data', { kind: 'file', path: './data' }],
    ['file:data/x', { kind: 'file', path: 'data/x' }],
    ['file:/var/t4', { kind: 'file', path: '/var/t4' }],
    ['file:///var/t4', { kind: 'file', path: '/var/t4' }],
    ['file:./with space %20', { kind: 'file', path: './with space %20' }],
    ['memory:', { kind: 'memory', name: '' }],
    ['memory:one', { kind: 'memory', name: 'one' }],
    ['s3://bucket', { kind: 's3', bucket: 'bucket', prefix: '' }],
    ['s3://bucket/a/b/', { kind: 's3', bucket: 'bucket', prefix: 'a/b' }],
    [
      's3://bucket/p?endpoint=http://127.0.0.1:9000&region=eu-west-1&path-style=true&profile=dev',
      {
        kind: 's3',
        bucket: 'bucket',
        prefix: 'p',
        endpoint: 'http://127.0.0.1:9000',
        region: 'eu-west-1',
        forcePathStyle: true,
        profile: 'dev',
      },
    ],
    ['s3://bucket?path-style=false', { kind: 's3', bucket: 'bucket', prefix: '', forcePathStyle: false }],
  ])('%s', (url, location) => {
    expect(parseStoreUrl(url)).toEqual({ kind: 'ok', location });
    expect(parseStoreUrl(urlOfStore(location as StoreLocation))).toEqual({ kind: 'ok', location });
  });

  test.each([
    ['', /file:PATH, s3:\/\/BUCKET/],
    ['./data', /file:PATH/],
    ['gs://bucket', /unknown kind of store gs:/],
    ['file:', /needs a path/],
    ['file://host/path', /names a machine/],
    ['memory:a/b', /letters, digits/],
    ['s3:bucket', /s3:\/\/BUCKET/],
    ['s3://', /needs a bucket/],
    ['s3:///prefix', /needs a bucket/],
    ['s3://b', /not the name of a bucket/],
    ['s3://bu cket', /not the name of a bucket/],
    ['s3://bucket/a//b', /empty, `.` or `..` segment/],
    ['s3://bucket/../b', /segment/],
    ['s3://bucket/ä', /character/],
    ['s3://bucket/p#x', /without a `#`/],
    ['s3://bucket?zone=1', /unknown parameter zone \(allowed: endpoint, region, path-style, profile\)/],
    ['s3://bucket?region=', /region is empty/],
    ['s3://bucket?region=a&region=b', /given twice/],
    ['s3://bucket?path-style=yes', /neither true nor false/],
    ['s3://bucket?endpoint=localhost:9000', /not an http/],
    ['s3://bucket?endpoint=ftp://x', /not an http/],
    ['s3://bucket?endpoint=http://x/?a=b', /no query/],
  ])('%j is refused in words', (url, message) => {
    const parsed = parseStoreUrl(url);
    expect(parsed).toMatchObject({ kind: 'invalid', message: expect.stringMatching(message) });
  });

  test.each([
    's3://AKIA:geheim@bucket',
    's3://bucket?secret-access-key=geheim',
    's3://bucket?endpoint=http://me:geheim@host',
  ])('credentials in %s are refused and not repeated', async (url) => {
    const parsed = parseStoreUrl(url);
    expect(parsed).toMatchObject({ kind: 'invalid', message: expect.stringMatching(/no credentials/) });
    expect(JSON.stringify(parsed)).not.toContain('geheim');
    await expect(openObjectStore(url)).rejects.toThrow(StoreUrlError);
  });

  test('opens what it parsed, and checks a location that was put together', async () => {
    const memory = await openObjectStore('memory:opened');
    expect(memory.description).toBe('memory:opened');
    const s3 = await openObjectStore('s3://bucket/p?endpoint=http://127.0.0.1:1&path-style=true');
    expect(s3.description).toBe('s3://bucket/p at http://127.0.0.1:1');
    await s3.close();
    await expect(openStoreAt({ kind: 's3', bucket: '', prefix: '' })).rejects.toThrow(/not the name of a bucket/);
  });
});
