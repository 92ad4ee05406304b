import type {
  Checkpoint,
  Chunk,
  Control,
  Frame,
  LogPosition,
  Manifest,
  SegmentHeader,
} from '../../src/core/types/log.ts';
import type { Version } from '../../src/core/types/version.ts';

/** One object of each kind, every field and every variant in use: their bytes are kept in `format-goldens.txt`. */

const databaseId = Uint8Array.from({ length: 16 }, (_, index) => index);
const nonce = new Uint8Array(16).fill(0x4e);
const hash = (byte: number) => new Uint8Array(32).fill(byte);
const bytes = (...all: number[]) => Uint8Array.from(all);

const frame: Frame = {
  epoch: 3,
  firstSequence: 100,
  previousFrameHash: hash(0xf0),
  wallMs: 1_700_000_000_000,
  records: [
    {
      kind: 'write',
      revision: 50,
      operations: [
        { kind: 'put', key: 'a\xff', value: bytes(1, 2, 3), lease: 0n, createRevision: 40, version: 300 },
        { kind: 'put', key: 'b', value: bytes(), lease: -2n, createRevision: 50, version: 1 },
        { kind: 'delete', key: 'c' },
      ],
    },
    { kind: 'compact', revision: 45 },
    { kind: 'lease-grant', lease: 7n, ttlSeconds: 60 },
    { kind: 'lease-revoke', lease: 7n, revision: 51, keys: ['d', 'e'] },
    { kind: 'fence', epoch: 3, memberId: 2n ** 64n - 1n },
  ],
};

const segmentHeader: SegmentHeader = {
  databaseId,
  slot: 7,
  epoch: 3,
  nonce,
  kind: 'data',
  previousSegmentHash: hash(0x50),
  durableSlot: 5,
};

const control: Control = {
  databaseId,
  epoch: 3,
  leader: { memberId: 0xabcdn, name: 'nœud-1', nonce, clientUrls: ['http://127.0.0.1:2379', 'http://[::1]:2379'] },
  released: false,
  leaseMs: 3_000,
  renewal: 9,
  rule: 'local',
  inSync: [0xabcdn],
  durableSlot: 6,
};

const manifest: Manifest = {
  databaseId,
  epoch: 3,
  generation: 4,
  createdWallMs: 1_700_000_000_000,
  logInflightMax: 4,
  logFloor: 2,
  checkpoints: [
    {
      key: `checkpoints/00000000000000000007-${'cd'.repeat(32)}`,
      hash: hash(0xcd),
      bytes: 300,
      slot: 7,
      sequence: 104,
      revision: 51,
      epoch: 3,
      wallMs: 1_700_000_000_001,
    },
  ],
};

const position: LogPosition = {
  slot: 7,
  segmentHash: hash(0x51),
  frameHash: hash(0xf1),
  epoch: 3,
  sequence: 104,
  revision: 51,
  compactRevision: 45,
};

const checkpoint: Checkpoint = {
  databaseId,
  position,
  wallMs: 1_700_000_000_000,
  leases: [
    { lease: -2n, ttlSeconds: 10 },
    { lease: 7n, ttlSeconds: 60 },
  ],
  chunks: [
    { key: `chunks/${'ee'.repeat(32)}`, hash: hash(0xee), bytes: 90, firstKey: 'a\xff', versions: 3 },
    { key: `chunks/${'ef'.repeat(32)}`, hash: hash(0xef), bytes: 91, firstKey: 'b', versions: 1 },
  ],
};

const put: Version = {
  key: 'shared/one',
  modRevision: 50,
  sub: 1,
  createRevision: 40,
  version: 300,
  lease: 0n,
  valueBytes: 3,
  value: bytes(1, 2, 3),
};

const leased: Version = { ...put, key: 'shared/two', sub: 300, lease: -2n, valueBytes: 0, value: bytes() };

const tombstone: Version = {
  key: 'shared/two',
  modRevision: 51,
  sub: 0,
  createRevision: 0,
  version: 0,
  lease: 0n,
  valueBytes: 0,
  value: bytes(),
};

const chunk: Chunk = { versions: [put, leased, tombstone] };

export const goldens = {
  frame,
  segmentHeader,
  control,
  manifest,
  position,
  checkpoint,
  chunk,
  versions: [put, leased, tombstone],
  lease: { lease: -2n, ttlSeconds: 300 },
} as const;
