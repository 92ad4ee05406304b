import { describe, expect, test } from 'vitest';
import type { Frame, LogPosition, SegmentHeader } from '../types/log.ts';
import { frameBreak, segmentPlace } from './verify.ts';

const bytes = (value: number, length = 32) => new Uint8Array(length).fill(value);

const position: LogPosition = {
  slot: 7,
  segmentHash: bytes(7),
  frameHash: bytes(70),
  epoch: 3,
  sequence: 40,
  revision: 20,
  compactRevision: 0,
};

const header: SegmentHeader = {
  databaseId: bytes(1, 16),
  slot: 8,
  epoch: 3,
  nonce: bytes(2, 16),
  kind: 'data',
  previousSegmentHash: bytes(7),
  durableSlot: 7,
};

describe('the place of a segment', () => {
  test('next: it follows, in the same reign or with the fence of a later one', () => {
    expect(segmentPlace(position, header)).toBe('next');
    expect(segmentPlace(position, { ...header, epoch: 4, kind: 'fence' })).toBe('next');
    expect(segmentPlace(position, { ...header, epoch: 9, kind: 'fence' })).toBe('next');
  });

  test('dead: of an earlier epoch, whatever else it says', () => {
    expect(segmentPlace(position, { ...header, epoch: 2 })).toBe('dead');
    expect(segmentPlace(position, { ...header, epoch: 2, kind: 'fence' })).toBe('dead');
    expect(segmentPlace(position, { ...header, epoch: 2, previousSegmentHash: bytes(9) })).toBe('dead');
  });

  test('broken: a reign without a fence, or with two, or after another segment', () => {
    expect(segmentPlace(position, { ...header, epoch: 4 })).toMatchObject({
      broken: 'epoch 4 begins without a fencing segment (the log was in epoch 3)',
    });
    expect(segmentPlace(position, { ...header, kind: 'fence' })).toMatchObject({ broken: 'epoch 3 begins twice' });
    expect(segmentPlace(position, { ...header, previousSegmentHash: bytes(9) })).toMatchObject({
      broken: `it follows a segment with hash ${'09'.repeat(32)}, but the one before it (slot 7) has ${'07'.repeat(32)}`,
    });
    expect(segmentPlace(position, { ...header, epoch: 4, kind: 'fence', previousSegmentHash: bytes(9) })).not.toBe(
      'next',
    );
  });
});

describe('a frame', () => {
  const frame: Frame = {
    epoch: 3,
    firstSequence: 41,
    previousFrameHash: bytes(70),
    wallMs: 0,
    records: [{ kind: 'lease-grant', lease: 1n, ttlSeconds: 5 }],
  };

  test('follows by sequence and by hash', () => {
    expect(frameBreak(position, frame)).toBeUndefined();
  });

  test.each([40, 42, 1])('at sequence %i does not', (firstSequence) => {
    expect(frameBreak(position, { ...frame, firstSequence })).toBe(
      `a frame begins at sequence ${firstSequence}, expected 41`,
    );
  });

  test('after another frame does not', () => {
    expect(frameBreak(position, { ...frame, previousFrameHash: bytes(71) })).toMatch(
      /^the frame at sequence 41 follows a frame with hash 4747/,
    );
  });
});
