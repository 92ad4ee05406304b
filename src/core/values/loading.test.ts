import { describe, expect, test } from 'vitest';
import { loadVersion } from '../state/load.ts';
import { createState } from '../state/state.ts';
import type { KeyedChunk, LoadingRecord, VersionPlace } from '../types/loading.ts';
import type { Version } from '../types/version.ts';
import { chunkOfVersion, createLoading, isRetained } from './loading.ts';

const record: LoadingRecord = {
  databaseId: new Uint8Array(16),
  checkpoint: {
    key: '/checkpoints/one',
    hash: new Uint8Array(32),
    bytes: 1,
    slot: 1,
    sequence: 9,
    revision: 9,
    epoch: 1,
    wallMs: 0,
    treeBytes: 1,
    historyBytes: 0,
  },
  chunks: 4,
};

function place(key: string, modRevision: number, sub = 0): VersionPlace {
  return { key, modRevision, sub };
}

function version(key: string, modRevision: number, sub = 0): Version {
  return { key, modRevision, sub, createRevision: 1, version: 1, lease: 0n, valueBytes: 1, value: undefined };
}

function chunk(index: number, first: VersionPlace, last: VersionPlace): KeyedChunk {
  const reference = {
    key: `/chunks/${index}`,
    hash: new Uint8Array(32),
    bytes: 9,
    keysBytes: 5,
    firstKey: first.key,
    versions: 2,
  };
  return { index, reference, keysHash: new Uint8Array(32), first, last };
}

/** Chunk 2 was filled before; chunks 0 and 1 share the key c. */
const loading = createLoading(record, [
  chunk(0, place('a', 3), place('c', 4)),
  chunk(1, place('c', 5), place('e', 2, 1)),
  chunk(3, place('m', 6), place('p', 7)),
]);

describe('the chunk of a version', () => {
  test.each([
    ['the first of a chunk', version('a', 3), 0],
    ['in between', version('b', 9), 0],
    ['the last of a chunk', version('c', 4), 0],
    ['the same key, in the chunk that continues', version('c', 5), 1],
    ['the same revision, by its place in it', version('e', 2, 1), 1],
    ['beyond the last, in a chunk that has been filled', version('e', 2, 2), undefined],
    ['between chunks that are left', version('g', 3), undefined],
    ['the last chunk', version('p', 7), 3],
    ['after all', version('q', 1), undefined],
    ['before all', version('a', 2), undefined],
    ['made after the checkpoint', version('b', 10), undefined],
  ])('%s', (_name, wanted, index) => {
    expect(chunkOfVersion(loading, wanted)?.index).toBe(index);
  });
});

test('what is retained is told by key, revision and place in it', () => {
  const state = createState();
  for (const loaded of [version('a', 2), version('a', 4), version('a', 4, 1), version('b', 3)]) {
    loadVersion(state, loaded);
  }
  expect(isRetained(state, version('a', 4, 1))).toBe(true);
  expect(isRetained(state, version('a', 2))).toBe(true);
  expect(isRetained(state, version('a', 3))).toBe(false);
  expect(isRetained(state, version('a', 4, 2))).toBe(false);
  expect(isRetained(state, version('b', 4))).toBe(false);
  expect(isRetained(state, version('c', 3))).toBe(false);
});
