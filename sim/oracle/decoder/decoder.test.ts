import { createHash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeCheckpoint } from '../../../src/core/format/checkpoint.ts';
import { encodeChunk } from '../../../src/core/format/chunk.ts';
import { encodeCondemned } from '../../../src/core/format/condemned.ts';
import { encodeControl } from '../../../src/core/format/control.ts';
import { encodeFrame } from '../../../src/core/format/frame.ts';
import { archiveKey, checkpointKey, chunkKey, condemnedKey, pageKey } from '../../../src/core/format/keys.ts';
import { encodeManifest } from '../../../src/core/format/manifest.ts';
import { encodeNode } from '../../../src/core/format/node.ts';
import { encodePage } from '../../../src/core/format/page.ts';
import { encodeSegment } from '../../../src/core/format/segment.ts';
import { byteStringOf } from '../../../src/core/types/bytes.ts';
import type { Frame } from '../../../src/core/types/log.ts';
import { noCompression } from '../../../src/core/format/no-compression.ts';
import * as arbitraries from '../../../test/property/format-arbitraries.ts';
import { sealedArchive } from '../../../test/property/format-kinds.ts';
import { decodeArchive } from './archive.ts';
import { FormatError } from './cursor.ts';
import { crc32, sha256 } from './digest.ts';
import { decodeSegment } from './log-objects.ts';
import { decodeCheckpoint, decodePage } from './checkpoint.ts';
import { decodeChunk } from './chunk.ts';
import { decodeCondemned } from './condemned.ts';
import { decodeControl, decodeNode } from './control.ts';
import { decodeManifest } from './manifest.ts';

const digest = {
  sha256(...parts: readonly Uint8Array[]): Uint8Array {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return new Uint8Array(hash.digest());
  },
  crc32: (bytes: Uint8Array) => zlibCrc32(bytes),
};

const attempt = new Uint8Array(8).fill(0xa7);

/** As the decoder shows it: bytes of clients as text of one char each, hashes and ids in hex, 64-bit ids in decimal. */
function plain(value: unknown, name = ''): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return name === 'value' ? byteStringOf(value) : Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (value instanceof Map) return [...(value as Map<unknown, unknown>).values()].map((item) => plain(item));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([field]) => field !== 'valueBytes');
  return Object.fromEntries(fields.map(([field, content]) => [field, plain(content, field)]));
}

function chained(frames: readonly Frame[]): {
  readonly frames: readonly Frame[];
  readonly bytes: readonly Uint8Array[];
} {
  const linked: Frame[] = [];
  const bytes: Uint8Array[] = [];
  for (const frame of frames) {
    const before = linked.at(-1);
    const next =
      before === undefined
        ? { ...frame, firstSequence: 1 }
        : {
            ...frame,
            firstSequence: before.firstSequence + before.records.length,
            previousFrameHash: digest.sha256(bytes.at(-1)!),
          };
    linked.push(next);
    bytes.push(encodeFrame(next, digest));
  }
  return { frames: linked, bytes };
}

const segments = fc
  .tuple(arbitraries.segmentHeaders, fc.array(arbitraries.frames, { minLength: 1, maxLength: 4 }))
  .map(([header, frames]) => ({ header, ...chained(frames) }));

describe('digests', () => {
  test('are the standard ones', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(Buffer.from(sha256(bytes)).toString('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
        expect(crc32(bytes)).toBe(zlibCrc32(bytes));
      }),
    );
  });
});

describe('the decoder agrees with what the core encodes', () => {
  test('segments, frames and records', () => {
    fc.assert(
      fc.property(segments, ({ header, frames, bytes }) => {
        const encoded = encodeSegment(header, bytes, digest);
        const { frames: decoded, hash, framesBytes, ...rest } = decodeSegment(encoded);
        expect(rest).toEqual(plain(header));
        expect(framesBytes).toBe(bytes.reduce((sum, frame) => sum + frame.length, 0));
        expect(hash).toBe(plain(digest.sha256(encoded)));
        expect(decoded).toEqual(
          frames.map((frame, index) => ({
            ...(plain(frame) as object),
            hash: plain(digest.sha256(bytes[index]!)),
          })),
        );
      }),
    );
  });

  test('what nodes say of themselves', () => {
    fc.assert(
      fc.property(arbitraries.standbyNodes, (node) => {
        expect(decodeNode(encodeNode(node, digest))).toEqual(plain(node));
      }),
    );
  });

  test('control, manifest', () => {
    fc.assert(
      fc.property(arbitraries.controls, arbitraries.manifests, (control, manifest) => {
        expect(decodeControl(encodeControl(control, digest))).toEqual(plain(control));
        expect(decodeManifest(encodeManifest(manifest, digest))).toEqual(plain(manifest));
      }),
    );
  });

  test('checkpoints, pages, condemned lists', () => {
    const { checkpoints, pages, condemnedLists } = arbitraries;
    fc.assert(
      fc.property(checkpoints, pages, condemnedLists, arbitraries.homes, (checkpoint, page, condemned, home) => {
        const whole = encodeCheckpoint(checkpoint, digest);
        const key = checkpointKey(home, checkpoint.position.slot, digest.sha256(whole), attempt);
        expect(decodeCheckpoint(key, whole)).toEqual(plain(checkpoint));
        const part = encodePage(page, digest);
        expect(decodePage(pageKey(home, digest.sha256(part), attempt), part)).toEqual(plain(page.chunks));
        const list = encodeCondemned(condemned, digest);
        expect(decodeCondemned(condemnedKey(home, digest.sha256(list), attempt), list)).toEqual(plain(condemned));
      }),
    );
  });

  test('archives', () => {
    fc.assert(
      fc.property(arbitraries.archiveContents, (archive) => {
        const { bytes, indexBytes } = sealedArchive(archive);
        const key = archiveKey('', archive.firstSlot, digest.sha256(bytes), attempt);
        const segments = archive.sections.flat().map(({ isFence, content }) => ({ isFence, bytes: content }));
        const databaseId = plain(archive.databaseId);
        expect(decodeArchive(key, bytes)).toEqual({ databaseId, firstSlot: archive.firstSlot, indexBytes, segments });
      }),
    );
  });

  test('chunks', () => {
    fc.assert(
      fc.property(arbitraries.chunks, (chunk) => {
        const { bytes, keysBytes } = encodeChunk(chunk, digest, noCompression);
        const decoded = decodeChunk(chunkKey('', digest.sha256(bytes), attempt), bytes);
        expect(decoded).toEqual({ versions: plain(chunk.versions), keysBytes });
      }),
    );
  });
});

describe('damage', () => {
  test('each flipped bit, each cut and each byte too many is noticed', () => {
    const { header, bytes } = fc.sample(segments, { seed: 7, numRuns: 1 })[0]!;
    const segment = encodeSegment(header, bytes, digest);
    const control = encodeControl(fc.sample(arbitraries.controls, { seed: 7, numRuns: 1 })[0]!, digest);
    const manifest = encodeManifest(fc.sample(arbitraries.manifests, { seed: 7, numRuns: 1 })[0]!, digest);
    for (const [whole, decode] of [
      [segment, decodeSegment],
      [control, decodeControl],
      [manifest, decodeManifest],
    ] as const) {
      for (let bit = 0; bit < whole.length * 8; bit++) {
        const damaged = whole.slice();
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => decode(damaged)).toThrow(FormatError);
      }
      for (let length = 0; length < whole.length; length++) {
        expect(() => decode(whole.slice(0, length))).toThrow(FormatError);
      }
      expect(() => decode(Uint8Array.from([...whole, 0]))).toThrow(FormatError);
    }
  });

  test('a chunk under another name', () => {
    const chunk = fc.sample(arbitraries.chunks, { seed: 1, numRuns: 1 })[0]!;
    const { bytes } = encodeChunk(chunk, digest, noCompression);
    expect(() => decodeChunk(chunkKey('', new Uint8Array(32), attempt), bytes)).toThrow(FormatError);
  });
});
