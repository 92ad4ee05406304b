import { expect, test } from 'vitest';
import { createNodeDigest } from '../../adapters/node-digest.ts';
import { decodeArchiveIndex, encodeArchiveSection, openArchive, openArchiveSection, sealArchive } from './archive.ts';
import { noCompression } from './no-compression.ts';

const digest = createNodeDigest();
const databaseId = new Uint8Array(16).fill(1);
const contents = [new Uint8Array(5).fill(2), new Uint8Array(7).fill(3), new Uint8Array(1).fill(4)];
const index = {
  databaseId,
  firstSlot: 11,
  sections: [
    [
      { isFence: true, bytes: 5 },
      { isFence: false, bytes: 7 },
    ],
    [{ isFence: false, bytes: 1 }],
  ],
};
const stored = [contents.slice(0, 2), contents.slice(2)].map((segments) =>
  encodeArchiveSection(segments, noCompression),
);
const { bytes, indexBytes } = sealArchive(index, stored, digest);
const reference = { databaseId, firstSlot: 11, lastSlot: 13, indexBytes, contentBytes: 13 };

test('the first bytes alone are the index', () => {
  const { indexBytes: ignored, ...expected } = reference;
  const read = decodeArchiveIndex('a', bytes.subarray(0, ignored), digest, expected);
  expect(read).toEqual({ kind: 'ok', value: index });
  expect(decodeArchiveIndex('a', bytes.subarray(0, indexBytes - 1), digest).kind).toBe('damaged');
});

test('sections are opened one by one', () => {
  const opened = openArchive('a', bytes, digest, reference);
  if (opened.kind !== 'ok') throw new Error('it is whole');
  expect(opened.value.lastSlot).toBe(13);
  const read = [0, 1].map((section) => openArchiveSection('a', opened.value, section, noCompression));
  expect(read.flatMap((section) => (section.kind === 'ok' ? section.value : []))).toEqual(contents);
});

test.each([
  { databaseId: new Uint8Array(16) },
  { firstSlot: 12 },
  { lastSlot: 12 },
  { indexBytes: indexBytes + 1 },
  { contentBytes: 14 },
  { hash: new Uint8Array(32) },
])('an archive that is not what its reference says: %o', (other) => {
  const opened = openArchive('a', bytes, digest, { ...reference, ...other });
  expect(opened).toMatchObject({ kind: 'damaged', damage: { reason: 'identity' } });
});

test('a section with more or less in it than the index says', () => {
  const wrong = sealArchive(index, [stored[0]!, encodeArchiveSection(contents, noCompression)], digest);
  const opened = openArchive('a', wrong.bytes, digest);
  if (opened.kind !== 'ok') throw new Error('the whole is as it was written');
  expect(openArchiveSection('a', opened.value, 1, noCompression)).toMatchObject({
    kind: 'damaged',
    damage: { found: '13' },
  });
});
