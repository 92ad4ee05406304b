import fc from 'fast-check';
import { sortedAlarms } from '../../src/core/alarm/alarms.ts';
import { byName } from '../../src/core/auth/auth-state.ts';
import { keyOfName, type NamedKind } from '../../src/core/format/keys.ts';
import { slotsNeededFrom } from '../../src/core/format/slots-needed.ts';
import type { ActiveAlarm } from '../../src/core/types/alarm.ts';
import type { AuthChange, AuthRole, AuthUser, Permission } from '../../src/core/types/auth.ts';
import { byteStringOf, compareBytes } from '../../src/core/types/bytes.ts';
import { comparePlaces, type KeyedChunk, type LoadingRecord, type VersionPlace } from '../../src/core/types/loading.ts';
import type { ByteString } from '../../src/core/types/bytes.ts';
import type {
  ArchiveReference,
  Base,
  Checkpoint,
  CheckpointReference,
  Chunk,
  ChunkReference,
  Condemned,
  CondemnedReference,
  Control,
  ControlLeader,
  Cut,
  Frame,
  LogPosition,
  Manifest,
  ObjectReference,
  Page,
  PageReference,
  Pin,
  SegmentHeader,
  Stretch,
  StandbyNode,
} from '../../src/core/types/log.ts';
import type { LogRecord, WriteOperation } from '../../src/core/types/record.ts';
import type { Retention } from '../../src/core/types/retention.ts';
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
const texts = fc.string({ unit: 'binary', maxLength: 18 });

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

export const users: fc.Arbitrary<AuthUser> = record({
  name: keys,
  passwordHash: keys,
  noPassword: fc.boolean(),
  roles: fc.uniqueArray(keys, { maxLength: 4 }).map((roles) => roles.sort()),
  credentialRevision: positiveNumbers,
});

const permissions: fc.Arbitrary<Permission> = record({
  type: fc.constantFrom('read' as const, 'write' as const, 'readwrite' as const),
  key: keys.filter((key) => key !== ''),
  rangeEnd: fc.option(
    keys.filter((key) => key !== ''),
    { nil: undefined },
  ),
});

export const roles: fc.Arbitrary<AuthRole> = record({
  name: keys,
  permissions: fc
    .uniqueArray(permissions, { selector: ({ key, rangeEnd }) => `${key}\n${rangeEnd}`, maxLength: 4 })
    .map((granted) => granted.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))),
});

const authChanges: fc.Arbitrary<AuthChange> = fc.oneof(
  record({ kind: fc.constant('enabled' as const), enabled: fc.boolean() }),
  record({ kind: fc.constant('user-put' as const), user: users }),
  record({ kind: fc.constant('user-delete' as const), name: keys }),
  record({ kind: fc.constant('role-put' as const), role: roles }),
  record({ kind: fc.constant('role-delete' as const), name: keys }),
);

export const alarms: fc.Arbitrary<ActiveAlarm> = record({
  memberId: memberIds,
  alarm: fc.constantFrom('nospace' as const, 'corrupt' as const),
});

const alarmKinds = fc.constantFrom('nospace' as const, 'corrupt' as const);

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
  record({
    kind: fc.constant('auth' as const),
    authRevision: positiveNumbers,
    changes: fc.array(authChanges, { minLength: 1, maxLength: 4 }),
  }),
  record({ kind: fc.constant('alarm' as const), alarm: alarmKinds, memberId: memberIds, active: fc.boolean() }),
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
  heir: fc.option(memberIds, { nil: undefined }),
  leaseMs: numbers,
  renewal: numbers,
  rule: fc.constantFrom('object' as const, 'local' as const),
  inSync: fc.array(memberIds, { maxLength: 4 }),
  durableSlot: numbers,
}).map((control) => (control.released ? control : { ...control, heir: undefined }));

export const standbyNodes: fc.Arbitrary<StandbyNode> = record({
  databaseId: ids,
  memberId: memberIds,
  name: texts,
  clientUrls: fc.array(texts, { maxLength: 3 }),
  beat: numbers,
  intervalMs: numbers,
});

const attempts = fc.uint8Array({ minLength: 8, maxLength: 8 });
export const homes: fc.Arbitrary<string> = fc.oneof(
  fc.constant(''),
  fc.constantFrom(
    'branches/a/0000000000000001/',
    `branches/${'0'.repeat(64)}/0123456789abcdef/`,
    'branches/b.c_d-e/ffffffffffffffff/',
  ),
);

/** A reference of a kind, whose key is what it has to be. */
function references(kind: NamedKind, slots: fc.Arbitrary<number> = fc.constant(0)) {
  return record({ home: homes, slot: slots, hash: hashes, attempt: attempts, bytes: numbers }).map(
    ({ home, slot, hash, attempt, bytes }) => ({
      slot,
      key: keyOfName({ home, kind, slot, hash, attempt }),
      hash,
      bytes,
    }),
  );
}

/** Also without the slot, which only checkpoints have. */
function plainReferences(kind: NamedKind): fc.Arbitrary<ObjectReference> {
  return references(kind).map(({ key, hash, bytes }) => ({ key, hash, bytes }));
}

const checkpointReferences: fc.Arbitrary<CheckpointReference> = fc
  .tuple(
    references('checkpoint', numbers),
    record({
      sequence: numbers,
      revision: numbers,
      epoch: numbers,
      wallMs: numbers,
      treeBytes: numbers,
      historyBytes: numbers,
    }),
  )
  .map(([reference, rest]) => ({ ...reference, ...rest }));

const condemnedReferences: fc.Arbitrary<CondemnedReference> = fc
  .tuple(plainReferences('condemned'), record({ generation: numbers, wallMs: numbers, count: positiveNumbers }))
  .map(([reference, rest]) => ({ ...reference, ...rest }));

const slotRanges = fc.tuple(positiveNumbers, fc.nat(1_000)).map(([slot, more]) => {
  const firstSlot = Math.min(slot, Number.MAX_SAFE_INTEGER - 1_000);
  return { firstSlot, lastSlot: firstSlot - 1 + more };
});

/** Consecutive archives; the log's floor is in the first one. */
const archiveRows = fc
  .tuple(
    homes,
    positiveNumbers.map((slot) => Math.min(slot, Number.MAX_SAFE_INTEGER - 10_000)),
    fc.array(
      record({
        slots: fc.integer({ min: 1, max: 1_000 }),
        hash: hashes,
        attempt: attempts,
        bytes: numbers.map((bytes) => Math.max(2, bytes)),
        indexBytes: positiveNumbers,
        contentBytes: positiveNumbers,
      }),
      { maxLength: 3 },
    ),
    fc.nat(999),
  )
  .map(([home, start, rows, within]) => {
    let firstSlot = start;
    const archives: ArchiveReference[] = rows.map(({ slots, hash, attempt, bytes, indexBytes, contentBytes }) => {
      const slot = firstSlot;
      firstSlot += slots;
      const key = keyOfName({ home, kind: 'archive', slot, hash, attempt });
      const index = Math.min(indexBytes, bytes - 1);
      return { key, hash, bytes, firstSlot: slot, lastSlot: firstSlot - 1, indexBytes: index, contentBytes };
    });
    const logFloor = start + (within % (rows[0]?.slots ?? 1_000));
    return { home, archives, logFloor };
  });

const cuts: fc.Arbitrary<Cut> = fc.oneof(
  record({ kind: fc.constant('end' as const) }),
  record({ kind: fc.constant('sequence' as const), sequence: numbers }),
  record({ kind: fc.constant('revision' as const), revision: numbers }),
  record({ kind: fc.constant('moment' as const), wallMs: numbers }),
);

const stretches: fc.Arbitrary<Stretch> = fc
  .tuple(record({ home: homes, databaseId: ids, cut: cuts, skippedRevision: numbers }), slotRanges)
  .map(([{ home, databaseId, cut, skippedRevision }, slots]) => ({
    home,
    databaseId,
    ...slots,
    cut,
    skippedRevision,
  }));

const optionalCheckpoints = fc.option(checkpointReferences, { nil: undefined });

const bases: fc.Arbitrary<Base> = record({
  checkpoint: optionalCheckpoints,
  stretches: fc.array(stretches, { minLength: 1, maxLength: 3 }),
}).map((base) => {
  const [first, ...rest] = base.stretches;
  if (base.checkpoint !== undefined || first === undefined) return base;
  return { ...base, stretches: [{ ...first, firstSlot: 1 }, ...rest] };
});

const retentions: fc.Arbitrary<Retention> = fc.oneof(
  fc.constant({ kind: 'for-ever' as const }),
  record({ kind: fc.constant('age' as const), milliseconds: numbers }),
  record({ kind: fc.constant('size' as const), bytes: numbers }),
);

const pins: fc.Arbitrary<Pin> = fc
  .tuple(record({ id: ids, name: texts, createdWallMs: numbers, checkpoint: optionalCheckpoints }), slotRanges)
  .map(([pin, slots]) => ({ ...pin, ...slots }));

export const manifests: fc.Arbitrary<Manifest> = fc
  .tuple(
    archiveRows,
    record({
      databaseId: ids,
      epoch: numbers,
      generation: numbers,
      createdWallMs: numbers,
      logInflightMax: fc.integer({ min: 1, max: 64 }),
      logCollectedFloor: numbers,
      retention: retentions,
      condemnedSlots: fc.array(record({ below: fc.integer({ min: 1, max: 300 }), wallMs: numbers }), { maxLength: 3 }),
      checkpoints: fc
        .uniqueArray(checkpointReferences, { maxLength: 4, selector: (reference) => reference.slot })
        .map((named) => named.sort((left, right) => left.slot - right.slot)),
      condemned: fc
        .array(condemnedReferences, { maxLength: 3 })
        .map((named) => named.sort((left, right) => left.generation - right.generation)),
      base: fc.option(bases, { nil: undefined }),
      pins: fc
        .uniqueArray(pins, { maxLength: 3, selector: ({ id }) => byteStringOf(id) })
        .map((named) => named.sort((left, right) => compareBytes(left.id, right.id))),
      successor: fc.option(homes, { nil: undefined }),
      predecessor: fc.option(homes, { nil: undefined }),
      removed: fc.boolean(),
    }),
  )
  .map(([row, manifest]) => {
    const neededFrom = slotsNeededFrom(row);
    const logCollectedFloor = Math.min(manifest.logCollectedFloor, neededFrom);
    let below = logCollectedFloor;
    const condemnedSlots = manifest.condemnedSlots
      .map((condemned) => ({ ...condemned, below: (below += condemned.below) }))
      .filter((condemned) => condemned.below <= neededFrom);
    return { ...manifest, ...row, logCollectedFloor, condemnedSlots };
  });

/** Segments of any bytes: what is in them is not the archive's to say. */
export const archiveContents = record({
  databaseId: ids,
  firstSlot: positiveNumbers.map((slot) => Math.min(slot, 2 ** 50)),
  sections: fc.array(
    fc.array(record({ isFence: fc.boolean(), content: fc.uint8Array({ minLength: 1, maxLength: 40 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

export const condemnedLists: fc.Arbitrary<Condemned> = record({
  databaseId: ids,
  keys: fc
    .uniqueArray(
      fc
        .oneof(
          references('chunk'),
          references('page'),
          references('condemned'),
          references('checkpoint', numbers),
          references('archive', positiveNumbers),
        )
        .map(({ key }) => key),
      { minLength: 1, maxLength: 6 },
    )
    .map((unsorted) => unsorted.sort(orderOf)),
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

const chunkReferences: fc.Arbitrary<ChunkReference> = fc
  .tuple(
    plainReferences('chunk'),
    record({ keysBytes: positiveNumbers, firstKey: keys, continues: fc.boolean(), versions: positiveNumbers }),
  )
  .map(([reference, rest]) => {
    const bytes = Math.max(reference.bytes, 2);
    return { ...reference, bytes, ...rest, keysBytes: Math.min(rest.keysBytes, bytes - 1) };
  });

export const loadingRecords: fc.Arbitrary<LoadingRecord> = record({
  databaseId: ids,
  checkpoint: checkpointReferences,
  chunks: positiveNumbers,
});

const versionPlaces: fc.Arbitrary<VersionPlace> = record({
  key: keys,
  modRevision: positiveNumbers,
  sub: fc.nat(0xffff_ffff),
});

export const keyedChunks: fc.Arbitrary<KeyedChunk> = fc
  .tuple(fc.nat(0xffff_ffff), chunkReferences, hashes, versionPlaces, versionPlaces)
  .map(([index, { continues: _, ...reference }, keysHash, one, other]) => {
    const [first, last] = comparePlaces(one, other) <= 0 ? [one, other] : [other, one];
    return { index, reference: { ...reference, firstKey: first.key }, keysHash, first, last };
  });

export const pages: fc.Arbitrary<Page> = fc
  .array(chunkReferences, { minLength: 1, maxLength: 5 })
  .map((named) => named.sort((left, right) => orderOf(left.firstKey, right.firstKey)))
  .map((sorted) => ({
    chunks: sorted.map((chunk, index) =>
      chunk.firstKey === sorted[index - 1]?.firstKey ? { ...chunk, continues: true } : chunk,
    ),
  }));

const pageReferences: fc.Arbitrary<PageReference> = fc
  .tuple(plainReferences('page'), record({ firstKey: keys, chunks: positiveNumbers }))
  .map(([reference, rest]) => ({ ...reference, ...rest }));

export const checkpoints: fc.Arbitrary<Checkpoint> = record({
  databaseId: ids,
  position: positions,
  wallMs: numbers,
  leases: fc
    .uniqueArray(record({ lease: leases, ttlSeconds: numbers }), { maxLength: 4, selector: ({ lease }) => lease })
    .map((granted) => granted.sort((left, right) => (left.lease < right.lease ? -1 : 1))),
  auth: record({
    enabled: fc.boolean(),
    revision: positiveNumbers,
    users: fc.array(users, { maxLength: 3 }).map(byName),
    roles: fc.array(roles, { maxLength: 3 }).map(byName),
  }),
  alarms: fc
    .uniqueArray(alarms, { maxLength: 3, selector: ({ alarm, memberId }) => `${alarm} ${memberId}` })
    .map(sortedAlarms),
  pages: fc
    .array(pageReferences, { maxLength: 4 })
    .map((named) => named.sort((left, right) => orderOf(left.firstKey, right.firstKey))),
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
