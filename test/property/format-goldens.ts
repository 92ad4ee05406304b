import { archiveKey, checkpointKey, pageKey } from '../../src/core/format/keys.ts';
import type { AuthRole, AuthUser } from '../../src/core/types/auth.ts';
import type { KeyedChunk, LoadingRecord } from '../../src/core/types/loading.ts';
import type {
  Checkpoint,
  CheckpointReference,
  Chunk,
  Condemned,
  Control,
  Frame,
  LogPosition,
  Manifest,
  Page,
  SegmentHeader,
  Stretch,
  StandbyNode,
} from '../../src/core/types/log.ts';
import type { Version } from '../../src/core/types/version.ts';

/** One object of each kind, every field and every variant in use: their bytes are kept in `format-goldens.txt`. */

const databaseId = Uint8Array.from({ length: 16 }, (_, index) => index);
const nonce = new Uint8Array(16).fill(0x4e);
const hash = (byte: number) => new Uint8Array(32).fill(byte);
const bytes = (...all: number[]) => Uint8Array.from(all);

const role: AuthRole = {
  name: 'reader',
  permissions: [
    { type: 'read', key: 'a\xff', rangeEnd: 'b' },
    { type: 'write', key: 'a\xff', rangeEnd: undefined },
    { type: 'readwrite', key: 'c', rangeEnd: '\0' },
  ],
};

const user: AuthUser = {
  name: 'alice',
  passwordHash: '$2b$10$hash',
  noPassword: false,
  roles: ['reader', 'writer'],
  credentialRevision: 290,
};

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
    {
      kind: 'auth',
      authRevision: 300,
      changes: [
        { kind: 'enabled', enabled: true },
        { kind: 'enabled', enabled: false },
        { kind: 'role-put', role },
        { kind: 'role-delete', name: 'other' },
        { kind: 'user-put', user },
        { kind: 'user-delete', name: 'nobody' },
      ],
    },
    { kind: 'alarm', alarm: 'nospace', memberId: 2n ** 64n - 1n, active: true },
    { kind: 'alarm', alarm: 'corrupt', memberId: 1n, active: false },
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
  heir: undefined,
  leaseMs: 3_000,
  renewal: 9,
  rule: 'local',
  inSync: [0xabcdn],
  durableSlot: 6,
};

const node: StandbyNode = {
  databaseId,
  memberId: 0xabcen,
  name: 'nœud-2',
  clientUrls: ['http://127.0.0.1:2380'],
  beat: 300,
  intervalMs: 15_000,
};

const attempt = Uint8Array.from({ length: 8 }, (_, index) => 0xa0 + index);
const branch = 'branches/one/0123456789abcdef/';

const checkpointReference: CheckpointReference = {
  key: `/branches/one/0123456789abcdef/checkpoints/00000000000000000007-${'cd'.repeat(32)}-a0a1a2a3a4a5a6a7`,
  hash: hash(0xcd),
  bytes: 300,
  slot: 7,
  sequence: 104,
  revision: 51,
  epoch: 3,
  wallMs: 1_700_000_000_001,
  treeBytes: 70_000,
  historyBytes: 900_000,
};

const parentCheckpoint: CheckpointReference = {
  ...checkpointReference,
  key: checkpointKey('', 6, hash(0xce), attempt),
  hash: hash(0xce),
  slot: 6,
};

const stretch: Stretch = {
  home: '',
  databaseId: nonce,
  firstSlot: 7,
  lastSlot: 9,
  cut: { kind: 'end' },
  skippedRevision: 0,
};

const manifest: Manifest = {
  databaseId,
  epoch: 3,
  generation: 4,
  createdWallMs: 1_700_000_000_000,
  logInflightMax: 4,
  logFloor: 300,
  logCollectedFloor: 2,
  archives: [
    {
      key: archiveKey(branch, 200, hash(0xa1), attempt),
      hash: hash(0xa1),
      bytes: 900,
      firstSlot: 200,
      lastSlot: 300,
      indexBytes: 250,
      contentBytes: 5_000,
    },
    {
      key: archiveKey(branch, 301, hash(0xa2), attempt),
      hash: hash(0xa2),
      bytes: 800,
      firstSlot: 301,
      lastSlot: 301,
      indexBytes: 40,
      contentBytes: 4_000,
    },
  ],
  condemnedSlots: [
    { below: 300, wallMs: 1_700_000_000_006 },
    { below: 302, wallMs: 1_700_000_000_007 },
  ],
  retention: { kind: 'size', bytes: 10_737_418_240 },
  checkpoints: [checkpointReference],
  condemned: [
    {
      key: `/branches/one/0123456789abcdef/condemned/${'cf'.repeat(32)}-a0a1a2a3a4a5a6a7`,
      hash: hash(0xcf),
      bytes: 301,
      generation: 4,
      wallMs: 1_700_000_000_002,
      count: 9,
    },
  ],
  home: branch,
  base: {
    checkpoint: parentCheckpoint,
    stretches: [
      stretch,
      {
        ...stretch,
        home: 'branches/two/0123456789abcdef/',
        firstSlot: 1,
        lastSlot: 0,
        cut: { kind: 'sequence', sequence: 104 },
      },
      { ...stretch, home: 'branches/3.4_5-6/0123456789abcdef/', cut: { kind: 'revision', revision: 51 } },
      {
        ...stretch,
        home: 'branches/four/0123456789abcdef/',
        cut: { kind: 'moment', wallMs: 1_700_000_000_003 },
        skippedRevision: 60,
      },
    ],
  },
  pins: [
    {
      id: hash(0x11).subarray(0, 16),
      name: 'branches/fünf/0123456789abcdef/',
      createdWallMs: 1_700_000_000_004,
      checkpoint: checkpointReference,
      firstSlot: 8,
      lastSlot: 9,
    },
    {
      id: hash(0x12).subarray(0, 16),
      name: 'branches/six/0123456789abcdef/',
      createdWallMs: 1_700_000_000_005,
      checkpoint: undefined,
      firstSlot: 1,
      lastSlot: 9,
    },
  ],
  successor: 'branches/seven/0123456789abcdef/',
  predecessor: 'branches/eight/0123456789abcdef/',
  removed: true,
};

const newManifest: Manifest = {
  ...manifest,
  epoch: 0,
  generation: 0,
  logFloor: 1,
  logCollectedFloor: 1,
  archives: [],
  condemnedSlots: [],
  retention: { kind: 'age', milliseconds: 86_400_000 },
  checkpoints: [],
  condemned: [],
  home: '',
  base: undefined,
  pins: [],
  successor: undefined,
  predecessor: undefined,
  removed: false,
};

const condemned: Condemned = {
  databaseId,
  keys: [
    `/branches/one/0123456789abcdef/archives/00000000000000000003-${'c0'.repeat(32)}-a0a1a2a3a4a5a6a7`,
    `/branches/one/0123456789abcdef/checkpoints/00000000000000000003-${'c1'.repeat(32)}-a0a1a2a3a4a5a6a7`,
    `/branches/one/0123456789abcdef/chunks/${'c2'.repeat(32)}-a0a1a2a3a4a5a6a7`,
    `/branches/one/0123456789abcdef/condemned/${'c3'.repeat(32)}-a0a1a2a3a4a5a6a7`,
    `/chunks/${'c4'.repeat(32)}-a0a1a2a3a4a5a6a7`,
    `/pages/${'c5'.repeat(32)}-a0a1a2a3a4a5a6a7`,
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
  auth: {
    enabled: true,
    revision: 300,
    users: new Map([
      ['alice', user],
      ['root', { name: 'root', passwordHash: '', noPassword: true, roles: ['root'], credentialRevision: 2 }],
    ]),
    roles: new Map([['reader', role]]),
  },
  alarms: [
    { alarm: 'nospace', memberId: 7n },
    { alarm: 'corrupt', memberId: 1n },
  ],
  pages: [
    { key: pageKey(branch, hash(0xea), attempt), hash: hash(0xea), bytes: 90, firstKey: 'a\xff', chunks: 3 },
    { key: pageKey('', hash(0xeb), attempt), hash: hash(0xeb), bytes: 300, firstKey: 'a\xff\xff', chunks: 1 },
  ],
};

const page: Page = {
  chunks: [
    {
      key: `/chunks/${'ee'.repeat(32)}-a0a1a2a3a4a5a6a7`,
      hash: hash(0xee),
      bytes: 900,
      keysBytes: 90,
      firstKey: 'a\xff',
      continues: false,
      versions: 300,
    },
    {
      key: `/branches/one/0123456789abcdef/chunks/${'ef'.repeat(32)}-a0a1a2a3a4a5a6a7`,
      hash: hash(0xef),
      bytes: 91,
      keysBytes: 90,
      firstKey: 'a\xff',
      continues: true,
      versions: 1,
    },
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

/** Text that zstd makes smaller, keys and values. */
const compressible: Chunk = {
  versions: Array.from({ length: 20 }, (_, index) => ({
    ...put,
    key: `/registry/pods/default/pod-${String(index).padStart(3, '0')}`,
    modRevision: 50 + index,
    valueBytes: 60,
    value: bytes(...Array<number>(60).fill(0x41 + index)),
  })),
};

/** Two slots in one section and one in another. */
const archive = {
  databaseId,
  firstSlot: 300,
  sections: [
    [
      { isFence: true, content: bytes(1, 2, 3) },
      { isFence: false, content: bytes(...Array<number>(300).fill(0x41)) },
    ],
    [{ isFence: false, content: bytes(4) }],
  ],
};

const { continues: _, ...chunkReference } = page.chunks[0]!;

const loading: LoadingRecord = { databaseId: control.databaseId, checkpoint: manifest.checkpoints[0]!, chunks: 300 };

const keyedChunk: KeyedChunk = {
  index: 258,
  reference: chunkReference,
  keysHash: chunkReference.hash,
  first: { key: chunkReference.firstKey, modRevision: 50, sub: 1 },
  last: { key: 'b\xff', modRevision: 300, sub: 0 },
};

export const goldens = {
  archive,
  frame,
  segmentHeader,
  control,
  manifest,
  newManifest,
  condemned,
  node,
  position,
  checkpoint,
  page,
  chunk,
  compressible,
  versions: [put, leased, tombstone],
  lease: { lease: -2n, ttlSeconds: 300 },
  user,
  role,
  authSwitch: { enabled: true, revision: 300 },
  alarm: { alarm: 'nospace', memberId: 2n ** 64n - 1n },
  loading,
  keyedChunk,
} as const;
