import type { ByteString, LeaseId } from './bytes.ts';
import type { LogRecord } from './record.ts';
import type { Version } from './version.ts';

/** The object store's content, decoded. Bytes: `src/core/format`. Hashes are SHA-256, 32 bytes; ids and nonces 16 bytes. */

/** A place in the chain: everything up to here has been applied. */
export interface LogPosition {
  /** Last slot applied; 0 before the first. */
  readonly slot: number;
  /** Hash of the last live segment's bytes; all zero before the first. */
  readonly segmentHash: Uint8Array;
  /** Hash of the last live frame's bytes; before the first that of the database id, so that no frame fits two databases. */
  readonly frameHash: Uint8Array;
  /** Highest epoch met in the log so far. */
  readonly epoch: number;
  readonly sequence: number;
  readonly revision: number;
  readonly compactRevision: number;
}

/** One group commit: the records that became durable together. The same bytes on the local disk and in a segment. */
export interface Frame {
  readonly epoch: number;
  readonly firstSequence: number;
  readonly previousFrameHash: Uint8Array;
  /** When it was sealed, by the leader's wall clock: for people and time travel. Never goes back within a log. */
  readonly wallMs: number;
  readonly records: readonly LogRecord[];
}

export interface SegmentHeader {
  readonly databaseId: Uint8Array;
  readonly slot: number;
  readonly epoch: number;
  /** Of the reign that wrote it: tells one's own segment from another's. */
  readonly nonce: Uint8Array;
  readonly kind: 'fence' | 'data';
  /** Of the last live segment before this one. */
  readonly previousSegmentHash: Uint8Array;
  /** A slot that was durable, with all before it, when this segment was sealed: if it is missing, it was lost. */
  readonly durableSlot: number;
}

export type DurabilityRule = 'object' | 'local';

export interface Control {
  readonly databaseId: Uint8Array;
  readonly epoch: number;
  /** Undefined until the first reign. */
  readonly leader: ControlLeader | undefined;
  /** The holder gave its lease back: a candidate need not wait. */
  readonly released: boolean;
  readonly leaseMs: number;
  /** Counts the writes of this reign, so that no two writes have the same bytes. */
  readonly renewal: number;
  readonly rule: DurabilityRule;
  /** Members whose disk may hold acknowledged records that no slot holds; under rule `local` the one that may lead. */
  readonly inSync: readonly bigint[];
  /** A slot known to be durable with all before it. */
  readonly durableSlot: number;
}

export interface ControlLeader {
  readonly memberId: bigint;
  readonly name: string;
  readonly nonce: Uint8Array;
  readonly clientUrls: readonly string[];
}

export interface Manifest {
  readonly databaseId: Uint8Array;
  /** Of the reign that wrote it last; a lower one may not. */
  readonly epoch: number;
  /** Counts writes, so that no two have the same bytes. */
  readonly generation: number;
  readonly createdWallMs: number;
  /** Segments that a writer may have in flight; fixed when the database is made. */
  readonly logInflightMax: number;
  /** First slot that is certain to be kept. */
  readonly logFloor: number;
  /** Ascending by slot. */
  readonly checkpoints: readonly CheckpointReference[];
}

export interface CheckpointReference {
  readonly key: string;
  readonly hash: Uint8Array;
  readonly bytes: number;
  readonly slot: number;
  readonly sequence: number;
  readonly revision: number;
  readonly epoch: number;
  readonly wallMs: number;
}

export interface Checkpoint {
  readonly databaseId: Uint8Array;
  readonly position: LogPosition;
  readonly wallMs: number;
  readonly leases: readonly LeaseGrantState[];
  readonly chunks: readonly ChunkReference[];
}

export interface LeaseGrantState {
  readonly lease: LeaseId;
  readonly ttlSeconds: number;
}

export interface ChunkReference {
  readonly key: string;
  readonly hash: Uint8Array;
  readonly bytes: number;
  readonly firstKey: ByteString;
  readonly versions: number;
}

/** Versions ascending by key, then by (modRevision, sub); every value present. */
export interface Chunk {
  readonly versions: readonly Version[];
}
