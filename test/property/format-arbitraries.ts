import fc from 'fast-check';
import { byteStringOf } from '../../src/core/types/bytes.ts';
import type { ByteString } from '../../src/core/types/bytes.ts';
import type {
  Checkpoint,
  CheckpointReference,
  Chunk,
  ChunkReference,
  Control,
  ControlLeader,
  Frame,
  LogPosition,
  Manifest,
  SegmentHeader,
} from '../../src/core/types/log.ts';
import type { LogRecord, WriteOperation } from '../../src/core/types/record.ts';
import type { Version } from '../../src/core/types/version.ts';

/** Everything that the format can hold, extremes included. */

/** With the prototype that decoded objects have. */
export function record<Value>(model: { [Name in keyof Value]: fc.Arbitrary<Value[Name]> }): fc.Arbitrary<Value> {
  return fc.record(model, { noNullPrototype: true });
}

export const hashes: fc.Arbitrary<Uint8Array> = fc.uint8Array({ minLength: 32, maxLength: 32 });
export const ids: fc.Arbitrary<Uint8Array> = fc.uint8Array({ minLength: 16, maxLength: 16 });
export const numbers: fc.Arbitrary<number> = fc.oneof(
  fc.nat(300),
  fc.maxSafeNat(),
  fc.constantFrom(0, 127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 49, Number.MAX_SAFE_INTEGER),
);
const positiveNumbers = numbers.map((number) => Math.max(1, number));
const keys: fc.Arbitrary<ByteString> = fc.oneof(
  fc.uint8Array({ maxLength: 12 }).map(byteStringOf),
  fc.constantFrom('', '\0', '\xff', byteStringOf(Uint8Array.from({ length: 256 }, (_, byte) => byte))),
);
const values = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(new Uint8Array(0)));
const memberIds = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
export const leases: fc.Arbitrary<bigint> = fc
  .oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(-(2n ** 63n), -1n, 1n, 2n ** 63n - 1n))
  .filter((lease) => lease !== 0n);
const leasesOrNone = fc.oneof(fc.constant(0n), leases);
const texts = fc.string({ unit: 'binary', maxLength: 20 });

const operations: fc.Arbitrary<WriteOperation> = fc.oneof(
  record({
    kind: fc.constant('put' as const),
    key: keys,
    value: values,
    lease: leasesOrNone,
    createRevision: positiveNumbers,
    version: positiveNumbers,
  }),
  record({ kind: fc.constant('delete' as const), key: keys }),
);

export const records: fc.Arbitrary<LogRecord> = fc.oneof(
  record({
    kind: fc.constant('write' as const),
    revision: positiveNumbers,
    operations: fc.array(operations, { minLength: 1, maxLength: 5 }),
  }),
  record({ kind: fc.constant('compact' as const), revision: numbers }),
  record({ kind: fc.constant('lease-grant' as const), lease: leases, ttlSeconds: numbers }),
  record({
    kind: fc.constant('lease-revoke' as const),
    lease: leases,
    revision: positiveNumbers,
    keys: fc.array(keys, { minLength: 1, maxLength: 4 }),
  }),
  record({
    kind: fc.constant('lease-revoke' as const),
    lease: leases,
    revision: fc.constant(0),
    keys: fc.constant([]),
  }),
  record({ kind: fc.constant('fence' as const), epoch: numbers, memberId: memberIds }),
);

export const frames: fc.Arbitrary<Frame> = record({
  epoch: numbers,
  firstSequence: positiveNumbers,
  previousFrameHash: hashes,
  wallMs: numbers,
  records: fc.array(records, { minLength: 1, maxLength: 6 }),
});

export const segmentHeaders: fc.Arbitrary<SegmentHeader> = record({
  databaseId: ids,
  slot: positiveNumbers,
  epoch: numbers,
  nonce: ids,
  kind: fc.constantFrom('fence' as const, 'data' as const),
  previousSegmentHash: hashes,
  durableSlot: numbers,
}).map((header) => ({ ...header, durableSlot: Math.min(header.durableSlot, header.slot - 1) }));

const leaders: fc.Arbitrary<ControlLeader> = record({
  memberId: memberIds,
  name: texts,
  nonce: ids,
  clientUrls: fc.array(texts, { maxLength: 3 }),
});

export const controls: fc.Arbitrary<Control> = record({
  databaseId: ids,
  epoch: numbers,
  leader: fc.option(leaders, { nil: undefined }),
  released: fc.boolean(),
  leaseMs: numbers,
  renewal: numbers,
  rule: fc.constantFrom('object' as const, 'local' as const),
  inSync: fc.array(memberIds, { maxLength: 4 }),
  durableSlot: numbers,
});

const checkpointReferences: fc.Arbitrary<CheckpointReference> = record({
  key: texts,
  hash: hashes,
  bytes: numbers,
  slot: numbers,
  sequence: numbers,
  revision: numbers,
  epoch: numbers,
  wallMs: numbers,
});

export const manifests: fc.Arbitrary<Manifest> = record({
  databaseId: ids,
  epoch: numbers,
  generation: numbers,
  createdWallMs: numbers,
  logInflightMax: fc.integer({ min: 1, max: 64 }),
  logFloor: numbers,
  checkpoints: fc
    .uniqueArray(checkpointReferences, { maxLength: 4, selector: (reference) => reference.slot })
    .map((references) => references.sort((left, right) => left.slot - right.slot)),
});

export const positions: fc.Arbitrary<LogPosition> = record({
  slot: numbers,
  segmentHash: hashes,
  frameHash: hashes,
  epoch: numbers,
  sequence: numbers,
  revision: numbers,
  compactRevision: numbers,
}).map((position) => ({ ...position, compactRevision: Math.min(position.compactRevision, position.revision) }));

const chunkReferences: fc.Arbitrary<ChunkReference> = record({
  key: texts,
  hash: hashes,
  bytes: numbers,
  firstKey: keys,
  versions: positiveNumbers,
});

export const checkpoints: fc.Arbitrary<Checkpoint> = record({
  databaseId: ids,
  position: positions,
  wallMs: numbers,
  leases: fc
    .uniqueArray(record({ lease: leases, ttlSeconds: numbers }), { maxLength: 4, selector: ({ lease }) => lease })
    .map((granted) => granted.sort((left, right) => (left.lease < right.lease ? -1 : 1))),
  chunks: fc
    .array(chunkReferences, { maxLength: 4 })
    .map((references) => references.sort((left, right) => orderOf(left.firstKey, right.firstKey))),
});

const puts: fc.Arbitrary<Version> = record({
  key: keys,
  modRevision: positiveNumbers,
  sub: fc.nat(0xffff_ffff),
  createRevision: positiveNumbers,
  version: positiveNumbers,
  lease: leasesOrNone,
  value: values,
}).map((put) => ({
  ...put,
  createRevision: Math.min(put.createRevision, put.modRevision),
  valueBytes: put.value.length,
}));

const tombstones: fc.Arbitrary<Version> = record({
  key: keys,
  modRevision: positiveNumbers,
  sub: fc.nat(0xffff_ffff),
}).map((deleted) => ({
  ...deleted,
  createRevision: 0,
  version: 0,
  lease: 0n,
  valueBytes: 0,
  value: new Uint8Array(0),
}));

export const versions: fc.Arbitrary<Version> = fc.oneof({ weight: 3, arbitrary: puts }, tombstones);

export const chunks: fc.Arbitrary<Chunk> = fc
  .uniqueArray(versions, {
    minLength: 1,
    maxLength: 8,
    selector: ({ key, modRevision, sub }) => `${modRevision}/${sub}/${key}`,
  })
  .map((unsorted) => ({ versions: unsorted.sort(compareVersions) }));

function compareVersions(left: Version, right: Version): number {
  return orderOf(left.key, right.key) || left.modRevision - right.modRevision || left.sub - right.sub;
}

function orderOf(left: ByteString, right: ByteString): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
