/**
 * Decoded objects as JSON can hold them, complete: hashes and ids in hex, bytes of clients in base64 and, where they are
 * printable, as text.
 */
import { describeDamage } from '../core/format/damage.ts';
import type { DecodedFrame } from '../core/format/frame.ts';
import type { DecodedSegment } from '../core/format/segment.ts';
import type { LocalLog } from '../core/format/local-log.ts';
import type { AuthChange, AuthRole, AuthUser } from '../core/types/auth.ts';
import { bytesOf, hexOf, noLease, type ByteString, type LeaseId } from '../core/types/bytes.ts';
import type {
  Base,
  Checkpoint,
  Chunk,
  Condemned,
  Control,
  Manifest,
  ObjectReference,
  Page,
  Pin,
  SegmentHeader,
  StandbyNode,
} from '../core/types/log.ts';
import type { LogRecord, WriteOperation } from '../core/types/record.ts';
import { isTombstone, type Version } from '../core/types/version.ts';
import { printableText } from './inspect-escape.ts';

export interface BytesFields {
  readonly bytes: number;
  readonly base64: string;
  /** Only where the bytes are printable UTF-8. */
  readonly text?: string;
}

export function bytesFields(bytes: Uint8Array): BytesFields {
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  const text = printableText(bytes);
  return { bytes: bytes.length, base64, ...(text !== undefined && { text }) };
}

function keyFields(key: ByteString): BytesFields {
  return bytesFields(bytesOf(key));
}

/** As etcd's own tools print member and lease ids. */
export function idHex(id: bigint): string {
  return BigInt.asUintN(64, id).toString(16);
}

function leaseField(lease: LeaseId): { lease?: string } {
  return lease === noLease ? {} : { lease: idHex(lease) };
}

export type ControlFields = ReturnType<typeof controlFields>;

export function controlFields(control: Control) {
  const { leader } = control;
  return {
    databaseId: hexOf(control.databaseId),
    epoch: control.epoch,
    leader:
      leader === undefined
        ? null
        : {
            memberId: idHex(leader.memberId),
            name: leader.name,
            nonce: hexOf(leader.nonce),
            clientUrls: leader.clientUrls,
          },
    released: control.released,
    ...(control.heir === undefined ? {} : { heir: idHex(control.heir) }),
    leaseMs: control.leaseMs,
    renewal: control.renewal,
    rule: control.rule,
    inSync: control.inSync.map(idHex),
    durableSlot: control.durableSlot,
  };
}

export type NodeFields = ReturnType<typeof nodeFields>;

export function nodeFields({ databaseId, memberId, name, clientUrls, beat, intervalMs }: StandbyNode) {
  return { databaseId: hexOf(databaseId), memberId: idHex(memberId), name, clientUrls, beat, intervalMs };
}

export type ManifestFields = ReturnType<typeof manifestFields>;

export function manifestFields(manifest: Manifest) {
  return {
    databaseId: hexOf(manifest.databaseId),
    epoch: manifest.epoch,
    generation: manifest.generation,
    createdWallMs: manifest.createdWallMs,
    logInflightMax: manifest.logInflightMax,
    logFloor: manifest.logFloor,
    logCollectedFloor: manifest.logCollectedFloor,
    archives: manifest.archives.map(referenceFields),
    condemnedSlots: manifest.condemnedSlots,
    retention: manifest.retention,
    checkpoints: manifest.checkpoints.map(referenceFields),
    condemned: manifest.condemned.map(referenceFields),
    home: manifest.home,
    base: manifest.base === undefined ? null : baseFields(manifest.base),
    pins: manifest.pins.map(pinFields),
    successor: manifest.successor ?? null,
    predecessor: manifest.predecessor ?? null,
    removed: manifest.removed,
  };
}

function referenceFields<Reference extends ObjectReference>(reference: Reference) {
  return { ...reference, hash: hexOf(reference.hash) };
}

function baseFields({ checkpoint, stretches }: Base) {
  return {
    checkpoint: checkpoint === undefined ? null : referenceFields(checkpoint),
    stretches: stretches.map((stretch) => ({ ...stretch, databaseId: hexOf(stretch.databaseId) })),
  };
}

function pinFields(pin: Pin) {
  return {
    ...pin,
    id: hexOf(pin.id),
    checkpoint: pin.checkpoint === undefined ? null : referenceFields(pin.checkpoint),
  };
}

export type CondemnedFields = ReturnType<typeof condemnedFields>;

export function condemnedFields(condemned: Condemned) {
  return { databaseId: hexOf(condemned.databaseId), keys: condemned.keys };
}

export type CheckpointFields = ReturnType<typeof checkpointFields>;

export function checkpointFields(checkpoint: Checkpoint) {
  const { position } = checkpoint;
  return {
    databaseId: hexOf(checkpoint.databaseId),
    position: { ...position, segmentHash: hexOf(position.segmentHash), frameHash: hexOf(position.frameHash) },
    wallMs: checkpoint.wallMs,
    leases: checkpoint.leases.map(({ lease, ttlSeconds }) => ({ lease: idHex(lease), ttlSeconds })),
    auth: {
      enabled: checkpoint.auth.enabled,
      revision: checkpoint.auth.revision,
      roles: [...checkpoint.auth.roles.values()].map(roleFields),
      users: [...checkpoint.auth.users.values()].map(userFields),
    },
    alarms: checkpoint.alarms.map(({ alarm, memberId }) => ({ alarm, memberId: idHex(memberId) })),
    pages: checkpoint.pages.map(keyedReferenceFields),
  };
}

export type PageFields = ReturnType<typeof pageFields>;

export function pageFields(page: Page) {
  return { chunks: page.chunks.map(keyedReferenceFields) };
}

function keyedReferenceFields<Reference extends ObjectReference & { readonly firstKey: ByteString }>(
  reference: Reference,
) {
  return { ...referenceFields(reference), firstKey: keyFields(reference.firstKey) };
}

export type ChunkFields = ReturnType<typeof chunkFields>;

export function chunkFields(chunk: Chunk) {
  return { versions: chunk.versions.map(versionFields) };
}

function versionFields(version: Version) {
  const { key, modRevision, sub, createRevision, value } = version;
  if (isTombstone(version)) return { kind: 'delete' as const, key: keyFields(key), modRevision, sub };
  return {
    kind: 'put' as const,
    key: keyFields(key),
    modRevision,
    sub,
    createRevision,
    version: version.version,
    ...leaseField(version.lease),
    value: bytesFields(value ?? new Uint8Array(0)),
  };
}

export type SegmentHeaderFields = ReturnType<typeof segmentHeaderFields>;

export function segmentHeaderFields(header: SegmentHeader) {
  return {
    databaseId: hexOf(header.databaseId),
    slot: header.slot,
    epoch: header.epoch,
    nonce: hexOf(header.nonce),
    kind: header.kind,
    previousSegmentHash: hexOf(header.previousSegmentHash),
    durableSlot: header.durableSlot,
  };
}

export type ArchivedSegmentFields = ReturnType<typeof archivedSegmentFields>;

export function archivedSegmentFields({ header, frames, hash }: DecodedSegment, bytes: number) {
  const { slot, epoch, kind } = header;
  const records = frames.reduce((sum, { frame }) => sum + frame.records.length, 0);
  const { firstSequence, wallMs } = frames[0]!.frame;
  return { slot, epoch, kind, bytes, hash: hexOf(hash), firstSequence, records, wallMs };
}

export type FrameFields = ReturnType<typeof frameFields>;

export function frameFields({ frame, bytes, hash }: DecodedFrame) {
  return {
    epoch: frame.epoch,
    firstSequence: frame.firstSequence,
    wallMs: frame.wallMs,
    bytes: bytes.length,
    hash: hexOf(hash),
    previousFrameHash: hexOf(frame.previousFrameHash),
    records: frame.records.map((record, index) => ({
      sequence: frame.firstSequence + index,
      ...recordFields(record),
    })),
  };
}

function recordFields(record: LogRecord) {
  switch (record.kind) {
    case 'write':
      return { kind: record.kind, revision: record.revision, operations: record.operations.map(operationFields) };
    case 'compact':
      return { kind: record.kind, revision: record.revision };
    case 'lease-grant':
      return { kind: record.kind, lease: idHex(record.lease), ttlSeconds: record.ttlSeconds };
    case 'lease-revoke':
      return {
        kind: record.kind,
        lease: idHex(record.lease),
        revision: record.revision,
        keys: record.keys.map(keyFields),
      };
    case 'fence':
      return { kind: record.kind, epoch: record.epoch, memberId: idHex(record.memberId) };
    case 'auth':
      return { kind: record.kind, authRevision: record.authRevision, changes: record.changes.map(authChangeFields) };
    case 'alarm':
      return { kind: record.kind, alarm: record.alarm, memberId: idHex(record.memberId), active: record.active };
  }
}

export type AuthChangeFields = ReturnType<typeof authChangeFields>;

function authChangeFields(change: AuthChange) {
  switch (change.kind) {
    case 'enabled':
      return { kind: change.kind, enabled: change.enabled };
    case 'user-put':
      return { kind: change.kind, user: userFields(change.user) };
    case 'role-put':
      return { kind: change.kind, role: roleFields(change.role) };
    case 'user-delete':
    case 'role-delete':
      return { kind: change.kind, name: keyFields(change.name) };
  }
}

export type UserFields = ReturnType<typeof userFields>;

/** Without the hash of the password: what is printed here is pasted elsewhere. */
function userFields({ name, passwordHash, noPassword, roles, credentialRevision }: AuthUser) {
  return {
    name: keyFields(name),
    hasPassword: !noPassword && passwordHash !== '',
    roles: roles.map(keyFields),
    credentialRevision,
  };
}

export type RoleFields = ReturnType<typeof roleFields>;

function roleFields({ name, permissions }: AuthRole) {
  return {
    name: keyFields(name),
    permissions: permissions.map(({ type, key, rangeEnd }) => ({
      type,
      key: keyFields(key),
      ...(rangeEnd !== undefined && { rangeEnd: keyFields(rangeEnd) }),
    })),
  };
}

function operationFields(operation: WriteOperation) {
  if (operation.kind === 'delete') return { kind: operation.kind, key: keyFields(operation.key) };
  return {
    kind: operation.kind,
    key: keyFields(operation.key),
    createRevision: operation.createRevision,
    version: operation.version,
    ...leaseField(operation.lease),
    value: bytesFields(operation.value),
  };
}

export type LocalLogFields = ReturnType<typeof localLogFields>;

/** A torn tail is what a crash leaves: told, and no damage. */
export function localLogFields({ frames, end }: LocalLog) {
  return {
    end: end.kind,
    ...(end.kind !== 'clean' && { goodBytes: end.goodBytes, problem: describeDamage(end.damage) }),
    frames: frames.map(frameFields),
  };
}
