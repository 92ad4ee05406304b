import { describe, expect, test } from 'vitest';
import type { Version } from '../types/version.ts';
import { createValueCache } from './value-cache.ts';

function versionOf(modRevision: number, bytes: number): Version {
  return {
    key: 'k',
    modRevision,
    sub: 0,
    createRevision: 1,
    version: modRevision,
    lease: 0n,
    valueBytes: bytes,
    value: new Uint8Array(bytes),
  };
}

/** As counted: a value costs more than its bytes. */
const costOf100 = 228;

describe('the value cache', () => {
  test('drops the oldest that are in the local store, as many as needed', () => {
    const cache = createValueCache(2 * costOf100);
    const versions = [1, 2, 3].map((revision) => versionOf(revision, 100));
    cache.persisted(versions.slice(0, 2));
    expect(versions.map(({ value }) => value?.length)).toEqual([100, 100, 100]);
    cache.persisted(versions.slice(2));
    expect(versions.map(({ value }) => value?.length)).toEqual([undefined, 100, 100]);
    expect(cache.bytes()).toBe(2 * costOf100);
  });

  test('never drops what the local store does not hold', () => {
    const cache = createValueCache(0);
    const unpersisted = versionOf(1, 100);
    cache.persisted([versionOf(2, 100)]);
    expect(unpersisted.value).toHaveLength(100);
    expect(cache.bytes()).toBe(0);
  });

  test('leaves empty values alone: the local store has no entry for them to be read from', () => {
    const cache = createValueCache(0);
    const empty = versionOf(1, 0);
    cache.persisted([empty, versionOf(2, 100)]);
    expect(empty.value).toHaveLength(0);
    expect(cache.bytes()).toBe(0);
  });

  test('leaves tombstones, which have no value to drop, alone', () => {
    const cache = createValueCache(0);
    const tombstone: Version = { ...versionOf(1, 0), version: 0, createRevision: 0 };
    cache.persisted([tombstone]);
    expect(tombstone.value).toHaveLength(0);
  });

  test('keeps count over very many', () => {
    const cache = createValueCache(10 * costOf100);
    const versions = Array.from({ length: 20_000 }, (_, index) => versionOf(index + 1, 100));
    for (const version of versions) cache.persisted([version]);
    expect(cache.bytes()).toBe(10 * costOf100);
    expect(versions.filter(({ value }) => value !== undefined).map(({ modRevision }) => modRevision)).toEqual(
      versions.slice(-10).map(({ modRevision }) => modRevision),
    );
  });
});
