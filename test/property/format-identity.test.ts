import { describe, expect, test } from 'vitest';
import { AssertionError } from '../../src/core/assert.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/core/format/checkpoint.ts';
import { decodeChunk, encodeChunk } from '../../src/core/format/chunk.ts';
import { decodeControl, encodeControl } from '../../src/core/format/control.ts';
import { describeDamage } from '../../src/core/format/damage.ts';
import type { DamagedObject, Decoded } from '../../src/core/format/damage.ts';
import { encodeFrame } from '../../src/core/format/frame.ts';
import { contentHash, frameHash, segmentHash } from '../../src/core/format/hashes.ts';
import {
  checkpointKey,
  chunkKey,
  hashOfKey,
  kindOfKey,
  slotKey,
  slotOfCheckpointKey,
  slotOfKey,
} from '../../src/core/format/keys.ts';
import { decodeManifest, encodeManifest } from '../../src/core/format/manifest.ts';
import {
  decodeSegment,
  decodeSegmentHeader,
  encodeSegment,
  segmentHeaderBytes,
} from '../../src/core/format/segment.ts';
import { goldens } from './format-goldens.ts';
import { chained, digest } from './format-kinds.ts';

/** Whole objects under another's name, and what a decoder gives beside the value. */

const { control, manifest, checkpoint, chunk, segmentHeader, frame } = goldens;
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
    const chunkBytes = encodeChunk(chunk, digest);
    const hash = contentHash(chunkBytes, digest);
    const other = new Uint8Array(32).fill(1);
    expect(decodeChunk(chunkKey(hash), chunkBytes, digest, { hash }).kind).toBe('ok');
    expect(damageOf(decodeChunk(chunkKey(other), chunkBytes, digest)).reason).toBe('identity');
    expect(damageOf(decodeChunk(chunkKey(hash), chunkBytes, digest, { hash: other })).reason).toBe('identity');

    const bytes = encodeCheckpoint(checkpoint, digest);
    const checkpointHash = contentHash(bytes, digest);
    expect(decodeCheckpoint(checkpointKey(7, checkpointHash), bytes, digest).kind).toBe('ok');
    expect(damageOf(decodeCheckpoint(checkpointKey(7, other), bytes, digest)).reason).toBe('identity');
    const elsewhere = damageOf(decodeCheckpoint(checkpointKey(8, checkpointHash), bytes, digest));
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
      expected: 'first sequence: 105',
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
    () => encodeCheckpoint({ ...checkpoint, chunks: [...checkpoint.chunks].reverse() }, digest),
    () => encodeCheckpoint({ ...checkpoint, position: { ...checkpoint.position, compactRevision: 52 } }, digest),
    () => encodeChunk({ versions: [] }, digest),
    () => encodeChunk({ versions: [put!, put!] }, digest),
    () => encodeChunk({ versions: [{ ...put!, value: undefined }] }, digest),
    () => encodeChunk({ versions: [{ ...put!, createRevision: 51 }] }, digest),
    () => encodeChunk({ versions: [{ ...tombstone!, createRevision: 1 }] }, digest),
  ];
  for (const encode of encodings) expect(encode).toThrow(AssertionError);
});

test('keys tell their kind, slot and hash', () => {
  const hash = new Uint8Array(32).fill(0xab);
  const hex = 'ab'.repeat(32);
  const slot = Number.MAX_SAFE_INTEGER;
  expect(slotKey(12)).toBe('log/00000000000000000012');
  expect(slotOfKey(slotKey(slot))).toBe(slot);
  expect(checkpointKey(12, hash)).toBe(`checkpoints/00000000000000000012-${hex}`);
  expect(slotOfCheckpointKey(checkpointKey(slot, hash))).toBe(slot);
  expect([chunkKey(hash), checkpointKey(1, hash), 'control'].map(hashOfKey)).toStrictEqual([hex, hex, undefined]);
  const known = ['control', 'manifest', slotKey(1), checkpointKey(0, hash), chunkKey(hash), 'probe/x'];
  expect(known.map(kindOfKey)).toStrictEqual(['control', 'manifest', 'segment', 'checkpoint', 'chunk', 'probe']);
  const foreign = [
    '',
    'log/1',
    `log/${'9'.repeat(20)}`,
    slotKey(0),
    `${slotKey(1)}x`,
    'chunks/x',
    'controls',
    'probe/',
  ];
  expect(foreign.map(kindOfKey)).toStrictEqual(foreign.map(() => undefined));
});

function damageOf(decoded: Decoded<unknown>): DamagedObject {
  if (decoded.kind === 'ok') throw new Error('not noticed');
  return decoded.damage;
}
