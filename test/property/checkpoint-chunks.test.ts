import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesInChunk, createChunker, type ChunkContent } from '../../src/core/checkpoint/content-defined-chunks.ts';
import { pagesOf } from '../../src/core/checkpoint/content-defined-pages.ts';
import type { ChunkReference } from '../../src/core/types/log.ts';
import type { Version } from '../../src/core/types/version.ts';

const target = 1_024;
const min = target / 4;
const max = target * 4;

interface Group {
  readonly key: string;
  readonly values: readonly number[];
}

/** Many small keys, a few large ones, a few with more versions than a chunk may hold. */
const groups: fc.Arbitrary<readonly Group[]> = fc.uniqueArray(
  fc.record({
    key: fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 8 }),
    values: fc.oneof(
      { weight: 20, arbitrary: fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 1, maxLength: 3 }) },
      { weight: 1, arbitrary: fc.array(fc.integer({ min: 900, max: 6_000 }), { minLength: 1, maxLength: 1 }) },
      { weight: 1, arbitrary: fc.array(fc.integer({ min: 300, max: 900 }), { minLength: 8, maxLength: 30 }) },
    ),
  }),
  { selector: ({ key }) => key, minLength: 1, maxLength: 300, size: 'max' },
);

function versionsOf({ key, values }: Group): readonly Version[] {
  return values.map((valueBytes, index) => ({
    key,
    modRevision: index + 2,
    sub: 0,
    createRevision: 2,
    version: index + 1,
    lease: 0n,
    valueBytes,
    value: undefined,
  }));
}

function chunked(ofKeys: readonly Group[]): readonly ChunkContent[] {
  const chunker = createChunker(target);
  const sorted = [...ofKeys].sort((left, right) => (left.key < right.key ? -1 : 1));
  return [...sorted.flatMap((group) => chunker.add(versionsOf(group))), ...chunker.finish()];
}

function length({ versions }: ChunkContent): number {
  return versions.reduce((sum, version) => sum + bytesInChunk(version), 0);
}

test('the chunks are what was added, within their bounds, keys whole', () => {
  fc.assert(
    fc.property(groups, (ofKeys) => {
      const chunks = chunked(ofKeys);
      const sorted = [...ofKeys].sort((left, right) => (left.key < right.key ? -1 : 1));
      expect(chunks.flatMap(({ versions }) => versions)).toEqual(sorted.flatMap(versionsOf));
      chunks.forEach((chunk, index) => {
        const next = chunks[index + 1];
        const keys = new Set(chunk.versions.map(({ key }) => key));
        if (chunk.versions.length > 1) expect(length(chunk)).toBeLessThanOrEqual(max + min);
        if (next === undefined) return;
        const alone = next.versions.filter(({ key }) => key === next.versions[0]!.key);
        const fillsAlone =
          versionsOf(ofKeys.find(({ key }) => key === next.versions[0]!.key)!).reduce(
            (sum, version) => sum + bytesInChunk(version),
            0,
          ) > max;
        if (!fillsAlone && keys.size > 1) expect(length(chunk)).toBeGreaterThanOrEqual(min);
        // A key in two chunks is alone in both, and the later says so.
        expect(next.continues).toBe(keys.has(next.versions[0]!.key));
        if (next.continues) {
          expect(keys.size).toBe(1);
          expect(alone).toHaveLength(next.versions.length);
        }
      });
    }),
  );
});

test('after a change the borders are soon where they were', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 3_000 }), (changed, valueBytes) => {
      const many = (at: number, bytes: number) =>
        Array.from({ length: 1_000 }, (_, index) => ({
          key: `key/${String(index).padStart(5, '0')}`,
          values: [index === at ? bytes : 60],
        }));
      const before = chunked(many(-1, 0)).map((chunk) => JSON.stringify(namesIn(chunk)));
      const after = chunked(many(changed, valueBytes)).map((chunk) => JSON.stringify(namesIn(chunk)));
      const others = new Set(before);
      const moved = after.filter((chunk) => !others.has(chunk)).length;
      expect(before.length).toBeGreaterThan(40);
      // Over every key with thirteen sizes each the worst is five, the mean below two.
      expect(moved).toBeLessThanOrEqual(8);
    }),
    { numRuns: 200 },
  );
});

function namesIn({ versions }: ChunkContent): readonly string[] {
  return versions.map(({ key, valueBytes }) => `${key}=${valueBytes}`);
}

test('a mean chunk is about the target', () => {
  const chunks = chunked(Array.from({ length: 20_000 }, (_, index) => ({ key: `key/${index}`, values: [60] })));
  const mean = chunks.reduce((sum, chunk) => sum + length(chunk), 0) / chunks.length;
  expect(mean).toBeGreaterThan(target);
  expect(mean).toBeLessThan(1.5 * target);
});

test('versions that are added to a key of many chunks leave its first chunks as they were', () => {
  const values = Array.from({ length: 40 }, (_, index) => 300 + index);
  const names = (chunks: readonly ChunkContent[]) => chunks.map((chunk) => namesIn(chunk).join());
  const before = names(chunked([{ key: 'hot', values }]));
  const after = names(chunked([{ key: 'hot', values: [...values, 500, 500, 500] }]));
  expect(before.length).toBeGreaterThan(2);
  expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
});

function reference(index: number): ChunkReference {
  let hash = index + 1;
  const bytes = Uint8Array.from({ length: 32 }, () => (hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)) >>> 24);
  return {
    key: `/chunks/${index}`,
    hash: bytes,
    bytes: 9,
    keysBytes: 3,
    firstKey: `${index}`,
    continues: false,
    versions: 1,
  };
}

test('pages are the references in a row; a changed one changes its page, and rarely another', () => {
  const references = Array.from({ length: 10_000 }, (_, index) => reference(index));
  const pages = pagesOf(references);
  expect(pages.flat()).toEqual(references);
  expect(pages.length).toBeGreaterThan(20);
  for (const page of pages) expect(page.length).toBeLessThanOrEqual(1_024);
  for (const page of pages.slice(0, -1)) expect(page.length).toBeGreaterThanOrEqual(64);
  const known = new Set(pages.map((page) => page.map(({ key }) => key).join()));
  let moved = 0;
  for (let changed = 0; changed < 50; changed++) {
    const others = references.with(changed * 200, reference(20_000 + changed));
    moved += pagesOf(others).filter((page) => !known.has(page.map(({ key }) => key).join())).length;
  }
  expect(moved).toBeLessThan(50 * 1.3);
  expect(pagesOf([])).toEqual([]);
});
