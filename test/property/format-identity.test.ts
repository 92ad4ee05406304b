import { describe, expect, test } from 'vitest';
import { AssertionError } from '../../src/core/assert.ts';
import { sealArchive } from '../../src/core/format/archive.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/core/format/checkpoint.ts';
import { decodeChunk, encodeChunk } from '../../src/core/format/chunk.ts';
import { decodeCondemned, encodeCondemned } from '../../src/core/format/condemned.ts';
import { decodeControl, encodeControl } from '../../src/core/format/control.ts';
import { describeDamage } from '../../src/core/format/damage.ts';
import type { DamagedObject, Decoded } from '../../src/core/format/damage.ts';
import { encodeFrame } from '../../src/core/format/frame.ts';
import { contentHash, frameHash, segmentHash } from '../../src/core/format/hashes.ts';
import type { ExpectedContent } from '../../src/core/format/identity.ts';
import {
  archiveKey,
  checkpointKey,
  chunkKey,
  condemnedKey,
  hashOfKey,
  branchNameOf,
  homeOfBranch,
  isBranchName,
  isHome,
  keyOfName,
  kindOfKey,
  nameOfKey,
  pageKey,
  slotKey,
  slotOfCheckpointKey,
  slotOfKey,
  nodeKey,
} from '../../src/core/format/keys.ts';
import { decodeManifest, encodeManifest } from '../../src/core/format/manifest.ts';
import { decodeNode, encodeNode } from '../../src/core/format/node.ts';
import { decodePage, encodePage } from '../../src/core/format/page.ts';
import {
  decodeSegment,
  decodeSegmentHeader,
  encodeSegment,
  segmentHeaderBytes,
} from '../../src/core/format/segment.ts';
import { noCompression } from '../../src/core/format/no-compression.ts';
import { goldens } from './format-goldens.ts';
import { chained, digest } from './format-kinds.ts';

/** Whole objects under another's name, and what a decoder gives beside the value. */

const { control, manifest, condemned, checkpoint, page, chunk, segmentHeader, frame } = goldens;
const attempt = new Uint8Array(8).fill(0xa7);
const otherDatabase = new Uint8Array(16).fill(0xdb);
const expectedOther = { databaseId: otherDatabase };

describe('identity', () => {
  const segment = encodeSegment(segmentHeader, [encodeFrame(frame, digest)], digest);

  test('a segment in another slot', () => {
    const damage = damageOf(decodeSegment(slotKey(8), segment, digest));
    expect(damage).toMatchObject({ reason: 'identity', expected: 'slot 8', found: `slot ${segmentHeader.slot}` });
    expect(describeDamage(damage)).toBe(
      'log/00000000000000000008: another object under this name at byte 22: expected slot 8, found slot 7',
    );
    expect(damageOf(decodeSegment('any file', segment, digest, { slot: 9 }))).toMatchObject({ expected: 'slot 9' });
    expect(decodeSegment(slotKey(7), segment, digest).kind).toBe('ok');
    expect(decodeSegment('any file', segment, digest).kind).toBe('ok');
  });

  test('objects of another database', () => {
    const expected = expectedOther;
    const all = [
      decodeSegment(slotKey(7), segment, digest, expected),
      decodeSegmentHeader(slotKey(7), segment, digest, expected),
      decodeControl('control', encodeControl(control, digest), digest, expected),
      decodeManifest('manifest', encodeManifest(manifest, digest), digest, expected),
      decodeCondemned('any file', encodeCondemned(condemned, digest), digest, expected),
      decodeNode('any file', encodeNode(goldens.node, digest), digest, expected),
      decodeCheckpoint('any file', encodeCheckpoint(checkpoint, digest), digest, expected),
    ];
    for (const decoded of all) {
      expect(damageOf(decoded)).toMatchObject({
        reason: 'identity',
        expected: 'database dbdbdbdbdbdbdbdbdbdbdbdbdbdbdbdb',
        found: 'database 000102030405060708090a0b0c0d0e0f',
      });
    }
    expect(
      decodeControl('control', encodeControl(control, digest), digest, { databaseId: control.databaseId }).kind,
    ).toBe('ok');
  });

  test('content-addressed objects under the name, or the reference, of others', () => {
    const other = new Uint8Array(32).fill(1);
    const { bytes: chunkBytes } = encodeChunk(chunk, digest, noCompression);
    const readChunk = (key: string, expected?: ExpectedContent) =>
      decodeChunk(key, chunkBytes, digest, noCompression, expected);
    const hash = contentHash(chunkBytes, digest);
    for (const home of ['', 'branches/b/0123456789abcdef/']) {
      expect(readChunk(chunkKey(home, hash, attempt), { hash }).kind).toBe('ok');
      expect(damageOf(readChunk(chunkKey(home, other, attempt))).reason).toBe('identity');
      expect(damageOf(readChunk(chunkKey(home, hash, attempt), { hash: other })).reason).toBe('identity');
    }

    const pageBytes = encodePage(page, digest);
    const pageHash = contentHash(pageBytes, digest);
    expect(decodePage(pageKey('', pageHash, attempt), pageBytes, digest).kind).toBe('ok');
    expect(damageOf(decodePage(pageKey('', other, attempt), pageBytes, digest)).reason).toBe('identity');
    const list = encodeCondemned(condemned, digest);
    expect(damageOf(decodeCondemned(condemnedKey('', other, attempt), list, digest)).reason).toBe('identity');

    const bytes = encodeCheckpoint(checkpoint, digest);
    const checkpointHash = contentHash(bytes, digest);
    expect(decodeCheckpoint(checkpointKey('', 7, checkpointHash, attempt), bytes, digest).kind).toBe('ok');
    expect(damageOf(decodeCheckpoint(checkpointKey('', 7, other, attempt), bytes, digest)).reason).toBe('identity');
    const elsewhere = damageOf(decodeCheckpoint(checkpointKey('', 8, checkpointHash, attempt), bytes, digest));
    expect(elsewhere).toMatchObject({ reason: 'identity', expected: 'slot 8', found: 'slot 7' });
  });
});

describe('segment', () => {
  const [first, second] = chained([frame, frame]).map((each) => encodeFrame(each, digest)) as [Uint8Array, Uint8Array];
  const segment = encodeSegment(segmentHeader, [first, second], digest);

  test('holds the frames as they are, and gives their hashes', () => {
    const decoded = decodeSegment(slotKey(7), segment, digest);
    if (decoded.kind === 'damaged') throw new Error(describeDamage(decoded.damage));
    expect(decoded.value.frames.map(({ bytes }) => bytes)).toStrictEqual([first, second]);
    expect(decoded.value.frames.map(({ hash }) => hash)).toStrictEqual([
      frameHash(first, digest),
      frameHash(second, digest),
    ]);
    expect(decoded.value.hash).toStrictEqual(segmentHash(segment, digest));
    expect(decodeSegmentHeader(slotKey(7), segment.slice(0, segmentHeaderBytes), digest)).toStrictEqual({
      kind: 'ok',
      value: segmentHeader,
    });
  });

  test('cut at the border of a frame it is cut', () => {
    const cut = segment.slice(0, segmentHeaderBytes + first.length);
    expect(damageOf(decodeSegment(slotKey(7), cut, digest))).toMatchObject({
      reason: 'truncated',
      expected: `${segment.length} bytes`,
    });
  });

  test('frames that do not follow one another are damage, each frame whole as it is', () => {
    const again = encodeSegment(segmentHeader, [first, first], digest);
    expect(damageOf(decodeSegment(slotKey(7), again, digest))).toMatchObject({
      reason: 'value',
      offset: segmentHeaderBytes + first.length,
      expected: 'first sequence: 108',
      found: '100',
    });
    const sequence = frame.firstSequence + frame.records.length;
    const forked = encodeFrame({ ...frame, firstSequence: sequence }, digest);
    const other = encodeSegment(segmentHeader, [first, forked], digest);
    expect(damageOf(decodeSegment(slotKey(7), other, digest)).expected).toMatch(/^previous frame hash: /);
  });

  test('with large values comes back', () => {
    const value = Uint8Array.from({ length: 3_000_000 }, (_, index) => index * 31);
    const put = { kind: 'put', key: 'k', value, lease: 0n, createRevision: 1, version: 1 } as const;
    const large = encodeFrame({ ...frame, records: [{ kind: 'write', revision: 9, operations: [put, put] }] }, digest);
    const decoded = decodeSegment(slotKey(7), encodeSegment(segmentHeader, [large], digest), digest);
    if (decoded.kind === 'damaged') throw new Error(describeDamage(decoded.damage));
    const [record] = decoded.value.frames[0]!.frame.records;
    if (record?.kind !== 'write' || record.operations[1]?.kind !== 'put') throw new Error('another record');
    expect(digest.sha256(record.operations[1].value)).toStrictEqual(digest.sha256(value));
  });
});

test('what a decoder would take for damage is not encoded: it is a bug of ours', () => {
  const [put, , tombstone] = chunk.versions;
  const base = manifest.base!;
  const named = manifest.checkpoints[0]!;
  const encodings: readonly (() => unknown)[] = [
    () => encodeFrame({ ...frame, records: [] }, digest),
    () => encodeFrame({ ...frame, records: [{ kind: 'write', revision: 5, operations: [] }] }, digest),
    () => encodeFrame({ ...frame, records: [{ kind: 'lease-revoke', lease: 1n, revision: 5, keys: [] }] }, digest),
    () => encodeFrame({ ...frame, previousFrameHash: new Uint8Array(31) }, digest),
    () => encodeSegment(segmentHeader, [], digest),
    () => encodeSegment({ ...segmentHeader, durableSlot: 7 }, [encodeFrame(frame, digest)], digest),
    () => encodeManifest({ ...manifest, checkpoints: [...manifest.checkpoints, ...manifest.checkpoints] }, digest),
    () => encodeManifest({ ...manifest, logInflightMax: 0 }, digest),
    () => encodeCheckpoint({ ...checkpoint, leases: [...checkpoint.leases].reverse() }, digest),
    () => encodeManifest({ ...manifest, logCollectedFloor: 303, condemnedSlots: [] }, digest),
    () => encodeManifest({ ...manifest, condemnedSlots: [{ below: 303, wallMs: 0 }] }, digest),
    () => encodeManifest({ ...manifest, condemnedSlots: [...manifest.condemnedSlots].reverse() }, digest),
    () => encodeManifest({ ...manifest, logFloor: 199 }, digest),
    () => encodeManifest({ ...manifest, logFloor: 301 }, digest),
    () => encodeManifest({ ...manifest, archives: [...manifest.archives].reverse() }, digest),
    () => encodeManifest({ ...manifest, home: '' }, digest),
    () => sealArchive({ databaseId: manifest.databaseId, firstSlot: 1, sections: [] }, [], digest),
    () => encodeManifest({ ...manifest, home: 'branches/Large/0123456789abcdef/' }, digest),
    () => encodeManifest({ ...manifest, pins: [...manifest.pins].reverse() }, digest),
    () => encodeManifest({ ...manifest, condemned: [{ ...manifest.condemned[0]!, count: 0 }] }, digest),
    () => encodeManifest({ ...manifest, base: { ...base, stretches: [] } }, digest),
    () => encodeManifest({ ...manifest, base: { ...base, checkpoint: undefined } }, digest),
    () => encodeManifest({ ...manifest, checkpoints: [{ ...named, key: named.key.slice(1) }] }, digest),
    () => encodeManifest({ ...manifest, checkpoints: [{ ...named, slot: 8 }] }, digest),
    () => encodeManifest({ ...manifest, checkpoints: [{ ...named, key: page.chunks[0]!.key }] }, digest),
    () => encodeManifest({ ...manifest, checkpoints: [{ ...named, hash: new Uint8Array(32) }] }, digest),
    () => encodeCondemned({ ...condemned, keys: [] }, digest),
    () => encodeCondemned({ ...condemned, keys: [...condemned.keys].reverse() }, digest),
    () => encodeCondemned({ ...condemned, keys: ['/manifest'] }, digest),
    () => encodeCheckpoint({ ...checkpoint, pages: [...checkpoint.pages].reverse() }, digest),
    () => encodePage({ chunks: [] }, digest),
    () => encodePage({ chunks: [page.chunks[0]!, page.chunks[0]!] }, digest),
    () => encodePage({ chunks: [{ ...page.chunks[0]!, keysBytes: 900 }] }, digest),
    () => encodeCheckpoint({ ...checkpoint, position: { ...checkpoint.position, compactRevision: 52 } }, digest),
    () => encodeChunk({ versions: [] }, digest, noCompression),
    () => encodeChunk({ versions: [put!, put!] }, digest, noCompression),
    () => encodeChunk({ versions: [{ ...put!, value: undefined }] }, digest, noCompression),
    () => encodeChunk({ versions: [{ ...put!, createRevision: 51 }] }, digest, noCompression),
    () => encodeChunk({ versions: [{ ...tombstone!, createRevision: 1 }] }, digest, noCompression),
  ];
  for (const encode of encodings) expect(encode).toThrow(AssertionError);
});

test('keys tell their kind, slot and hash, in any form', () => {
  const hash = new Uint8Array(32).fill(0xab);
  const hex = 'ab'.repeat(32);
  const name = `${hex}-a7a7a7a7a7a7a7a7`;
  const slot = Number.MAX_SAFE_INTEGER;
  const branch = homeOfBranch(
    'b.1_x-y',
    Uint8Array.from({ length: 16 }, (_, index) => index),
  );
  expect(branch).toBe('branches/b.1_x-y/0001020304050607/');
  expect(slotKey(12)).toBe('log/00000000000000000012');
  expect(slotOfKey(slotKey(slot))).toBe(slot);
  expect(slotOfKey(`/${branch}${slotKey(slot)}`)).toBe(slot);
  expect(checkpointKey('', 12, hash, attempt)).toBe(`/checkpoints/00000000000000000012-${name}`);
  expect(checkpointKey(branch, 12, hash, attempt)).toBe(`/${branch}checkpoints/00000000000000000012-${name}`);
  expect(chunkKey(branch, hash, attempt)).toBe(`/${branch}chunks/${name}`);
  expect(pageKey('', hash, attempt)).toBe(`/pages/${name}`);
  expect(condemnedKey('', hash, attempt)).toBe(`/condemned/${name}`);
  expect(archiveKey(branch, 12, hash, attempt)).toBe(`/${branch}archives/00000000000000000012-${name}`);
  expect(slotOfCheckpointKey(archiveKey('', 12, hash, attempt))).toBe(undefined);
  expect(slotOfCheckpointKey(checkpointKey(branch, slot, hash, attempt))).toBe(slot);
  const named = [
    chunkKey('', hash, attempt),
    pageKey('', hash, attempt),
    checkpointKey('', 1, hash, attempt),
    condemnedKey('', hash, attempt),
    archiveKey('', 1, hash, attempt),
  ];
  const known = ['/control', '/manifest', `/${slotKey(1)}`, ...named, `/${nodeKey(0xabcdn)}`, '/probe/x'];
  const kinds = [
    'control',
    'manifest',
    'segment',
    'chunk',
    'page',
    'checkpoint',
    'condemned',
    'archive',
    'node',
    'probe',
  ];
  for (const inForm of [
    (key: string) => key,
    (key: string) => key.slice(1),
    (key: string) => branch + key.slice(1),
    (key: string) => `/${branch}${key.slice(1)}`,
  ]) {
    expect(known.map(inForm).map(kindOfKey)).toStrictEqual(kinds);
    expect(named.map(inForm).map(hashOfKey)).toStrictEqual([hex, hex, hex, hex, hex]);
  }
  for (const key of named) expect(keyOfName(nameOfKey(key)!)).toBe(key);
  expect(nameOfKey(`/${branch}pages/${name}`)).toStrictEqual({ home: branch, kind: 'page', slot: 0, hash, attempt });
  const foreign = [
    '',
    '/',
    'log/1',
    `archives/${'0'.repeat(20)}-${name}`,
    `log/${'9'.repeat(20)}`,
    slotKey(0),
    `${slotKey(1)}x`,
    'chunks/x',
    `chunks/${hex}`,
    `chunks/${name}\n`,
    `checkpoints/${'9'.repeat(20)}-${name}`,
    `checkpoints/${name}`,
    'controls',
    'nodes/',
    'nodes/000000000000abcd/x',
    'nodes/abcd',
    'probe/',
    'branches/b/',
    'branches/B/0123456789abcdef/control',
    'branches/b/branches/c/control',
    'branches/b/control',
    'branches/b/0123456789abcde/control',
    '//control',
  ];
  expect(foreign.map(kindOfKey)).toStrictEqual(foreign.map(() => undefined));
});

test('names of branches', () => {
  const long = 'x'.repeat(64);
  expect(['a', '0', 'a.b_c-d', long].map(isBranchName)).toStrictEqual([true, true, true, true]);
  const refused = ['', '.', '..', '-a', '_a', 'A', 'a/b', 'a b', 'ä', `${long}x`, 'a\n'];
  expect(refused.map(isBranchName)).toStrictEqual(refused.map(() => false));
  expect(() => homeOfBranch('..', new Uint8Array(16))).toThrow(AssertionError);
  expect(branchNameOf(homeOfBranch('b', new Uint8Array(16)))).toBe('b');
  const id = '0123456789abcdef';
  expect(
    ['', `branches/a/${id}/`, 'branches/a/', '/', `branches/a/${id}`, `branches/a/${id}/b/`].map(isHome),
  ).toStrictEqual([true, true, false, false, false, false]);
});

function damageOf(decoded: Decoded<unknown>): DamagedObject {
  if (decoded.kind === 'ok') throw new Error('not noticed');
  return decoded.damage;
}
