import { describe, expect, test } from 'vitest';
import { createNodeDigest } from '../../adapters/node-digest.ts';
import type { Frame } from '../types/log.ts';
import { encodeFrame } from './frame.ts';
import { readLocalLog } from './local-log.ts';
import type { LocalLogEnd } from './local-log.ts';

const digest = createNodeDigest();

function frameOf(sequence: number, value: Uint8Array = new Uint8Array(20)): Uint8Array {
  const put = { kind: 'put', key: `k${sequence}`, value, lease: 0n, createRevision: sequence, version: 1 } as const;
  const frame: Frame = {
    epoch: 1,
    firstSequence: sequence,
    previousFrameHash: new Uint8Array(32),
    wallMs: 5,
    records: [{ kind: 'write', revision: sequence, operations: [put] }],
  };
  return encodeFrame(frame, digest).slice();
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function read(bytes: Uint8Array): { sequences: readonly number[]; end: LocalLogEnd } {
  const { frames, end } = readLocalLog('00000001.log', bytes, digest);
  return { sequences: frames.map(({ frame }) => frame.firstSequence), end };
}

const [first, second, third] = [frameOf(1), frameOf(2), frameOf(3)];

describe('a local log file', () => {
  test('ends clean after its last frame, also when it is empty', () => {
    expect(read(joined(first, second, third))).toStrictEqual({ sequences: [1, 2, 3], end: { kind: 'clean' } });
    expect(read(new Uint8Array(0))).toStrictEqual({ sequences: [], end: { kind: 'clean' } });
  });

  test('cut anywhere in its last frame has a torn tail', () => {
    for (let length = 1; length < third.length; length++) {
      const { sequences, end } = read(joined(first, second, third.subarray(0, length)));
      expect(sequences).toStrictEqual([1, 2]);
      expect(end).toMatchObject({ kind: 'torn', goodBytes: first.length + second.length });
    }
  });

  test('any flipped bit of its last frame is a torn tail', () => {
    for (let bit = 0; bit < third.length * 8; bit++) {
      const torn = third.slice();
      torn[bit >> 3]! ^= 1 << (bit & 7);
      expect(read(joined(first, second, torn))).toMatchObject({ sequences: [1, 2], end: { kind: 'torn' } });
    }
  });

  test('any flipped bit before a valid frame is damage, named with file and place', () => {
    for (let bit = 0; bit < second.length * 8; bit++) {
      const bad = second.slice();
      bad[bit >> 3]! ^= 1 << (bit & 7);
      const { sequences, end } = read(joined(first, bad, third));
      expect(sequences).toStrictEqual([1]);
      expect(end).toMatchObject({ kind: 'damaged', goodBytes: first.length, damage: { key: '00000001.log' } });
    }
  });

  test('with a hole before a valid frame is damaged', () => {
    expect(read(joined(first, second.subarray(5), third)).end.kind).toBe('damaged');
    expect(read(joined(first, new Uint8Array(100), third)).end.kind).toBe('damaged');
  });

  test('that ends in zeros, or in two torn frames, has a torn tail', () => {
    expect(read(joined(first, new Uint8Array(4_096))).end.kind).toBe('torn');
    expect(read(joined(first, second.subarray(0, -1), third.subarray(0, -1))).end.kind).toBe('torn');
  });

  test('torn in a value that holds a whole frame itself has a torn tail', () => {
    const carrier = frameOf(2, joined(frameOf(9), new Uint8Array(50)));
    for (const cut of [1, 10, 40]) {
      expect(read(joined(first, carrier.subarray(0, carrier.length - cut))).end.kind).toBe('torn');
    }
  });

  test('whose last frame is whole but from a newer release is no torn tail', () => {
    const newer = third.slice();
    const view = new DataView(newer.buffer);
    view.setUint16(4, 2);
    view.setUint32(10, digest.crc32(newer.subarray(0, 10)));
    view.setUint32(newer.length - 4, digest.crc32(newer.subarray(0, -4)));
    expect(read(joined(first, newer)).end).toMatchObject({ kind: 'damaged', damage: { reason: 'version' } });
  });
});
