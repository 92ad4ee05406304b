import type { Alarms } from './alarm.ts';
import type { AuthState } from './auth.ts';
import type { ByteString, LeaseId } from './bytes.ts';
import type { LogRecord } from './record.ts';
import type { Retention } from './retention.ts';
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
  /** Of a lease that was given back: whom it is left to. Others wait as if it were held. */
  readonly heir: bigint | undefined;
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

/** What a node that stands by says of itself, again and again: it lives while `beat` goes on. */
export interface StandbyNode {
  readonly databaseId: Uint8Array;
  readonly memberId: bigint;
  readonly name: string;
  readonly clientUrls: readonly string[];
  /** Counts what was written of this member, so that no two writes have the same bytes. */
  readonly beat: number;
  /** The next one follows so many milliseconds later, about. */
  readonly intervalMs: number;
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
  /** First slot that is certain to be kept: in its object, or in an archive. */
  readonly logFloor: number;
  /** Slots below it have been collected: of their objects only those that stay for ever are still there. */
  readonly logCollectedFloor: number;
  /** Old slots in larger objects: ascending, each going on where the one before it ends; the first one holds the floor, or begins with it. */
  readonly archives: readonly ArchiveReference[];
  /** Ascending: since when the objects of slots are not needed, and may go when readers have had their time. */
  readonly condemnedSlots: readonly CondemnedSlots[];
  readonly retention: Retention;
  /** Ascending by slot. */
  readonly checkpoints: readonly CheckpointReference[];
  /** Ascending by the generation that named them: what nobody may use any more. */
  readonly condemned: readonly CondemnedReference[];
  /** Where the database's own objects are in the store of its family: `''` for the root, else `branches/<name>/<id>/`. */
  readonly home: string;
  /** What it began as; undefined: empty. */
  readonly base: Base | undefined;
  /** Ascending by id: what others need of this database. */
  readonly pins: readonly Pin[];
  /** Home of the database that goes on from here after a rollback: who opens this one opens that. */
  readonly successor: string | undefined;
  /** Home of the database that this one goes on for after a rollback, if that one names it as its successor; else nobody may run it. */
  readonly predecessor: string | undefined;
  /** Removed by force while it had children: kept for them alone, nobody may run it. */
  readonly removed: boolean;
}

/** The genesis of a branch: state of other databases of its family, up to a cut. */
export interface Base {
  /** Of the first stretch's database or an ancestor's; undefined: the first stretch begins with that database's slot 1, from nothing. */
  readonly checkpoint: CheckpointReference | undefined;
  /** At least one, oldest ancestor first: each goes on where the one before it was cut. */
  readonly stretches: readonly Stretch[];
}

/** Slots of one ancestor's log, and where its child leaves it. */
export interface Stretch {
  readonly home: string;
  readonly databaseId: Uint8Array;
  readonly firstSlot: number;
  /** `firstSlot - 1`: none. */
  readonly lastSlot: number;
  readonly cut: Cut;
  /** Revisions after the cut and up to this one are compacted, and what follows goes on above it; 0: it goes on from the cut. */
  readonly skippedRevision: number;
}

/** Records after it do not belong to the branch. */
export type Cut =
  | { readonly kind: 'end' }
  | { readonly kind: 'sequence'; readonly sequence: number }
  /** The last record at or below this revision, and whatever follows without a revision. */
  | { readonly kind: 'revision'; readonly revision: number }
  /** The last frame sealed at or before this time, by the leader's clock. */
  | { readonly kind: 'moment'; readonly wallMs: number };

/** Keeps a checkpoint and slots of this database for somebody else. */
export interface Pin {
  /** Database id of the branch. */
  readonly id: Uint8Array;
  /** For people: the branch's home. */
  readonly name: string;
  readonly createdWallMs: number;
  readonly checkpoint: CheckpointReference | undefined;
  readonly firstSlot: number;
  readonly lastSlot: number;
}

/** A checkpoint that the manifest names. */
export interface CheckpointReference extends ObjectReference {
  readonly slot: number;
  readonly sequence: number;
  readonly revision: number;
  readonly epoch: number;
  readonly wallMs: number;
  /** Of everything that it names, itself included. */
  readonly treeBytes: number;
  /**
   * Of the database's log up to its slot, and of all objects of checkpoints that this one and those before it did without: all that
   * the database ever came to have and does not need for this state. The difference between two checkpoints is what it takes to keep
   * everything from the older to the newer one, beyond the newer one itself.
   */
  readonly historyBytes: number;
}

/** An object whose name is never used again: the hash says what is in it, the rest of the name makes it unique. */
export interface ObjectReference {
  /** From the root of the family's store, with a slash in front: `/chunks/…`, `/branches/<name>/<id>/chunks/…`. */
  readonly key: string;
  /** SHA-256 of the object's bytes. */
  readonly hash: Uint8Array;
  /** Of the whole object. */
  readonly bytes: number;
}

/** Many consecutive slots in one object. */
export interface ArchiveReference extends ObjectReference {
  readonly firstSlot: number;
  readonly lastSlot: number;
  /** Where the index ends: the first bytes of the object tell how long each segment is, and which are fences. */
  readonly indexBytes: number;
  /** Of all its segments, before compression. */
  readonly contentBytes: number;
}

/** What an archive holds, beside the segments themselves. */
export interface ArchiveIndex {
  readonly databaseId: Uint8Array;
  readonly firstSlot: number;
  /** At least one, of at least one segment: a section is compressed as one. */
  readonly sections: readonly (readonly ArchivedSegment[])[];
}

export interface ArchivedSegment {
  readonly isFence: boolean;
  readonly bytes: number;
}

/** Nobody needs the objects of slots below this one any more. */
export interface CondemnedSlots {
  readonly below: number;
  readonly wallMs: number;
}

/** A list of condemned objects, itself an object. */
export interface CondemnedReference extends ObjectReference {
  /** Generation of the manifest that named it first. */
  readonly generation: number;
  readonly wallMs: number;
  /** Keys in it. */
  readonly count: number;
}

export interface Condemned {
  readonly databaseId: Uint8Array;
  /** Ascending, each once: of every kind that is named by content; slots go by the log floor and the archives. */
  readonly keys: readonly string[];
}

export interface Checkpoint {
  readonly databaseId: Uint8Array;
  readonly position: LogPosition;
  readonly wallMs: number;
  readonly leases: readonly LeaseGrantState[];
  readonly auth: AuthState;
  readonly alarms: Alarms;
  readonly pages: readonly PageReference[];
}

export interface PageReference extends ObjectReference {
  /** Of its first chunk. */
  readonly firstKey: ByteString;
  /** Chunks in it. */
  readonly chunks: number;
}

/** Chunk references ascending by first key. */
export interface Page {
  readonly chunks: readonly ChunkReference[];
}

export interface LeaseGrantState {
  readonly lease: LeaseId;
  readonly ttlSeconds: number;
}

export interface ChunkReference extends ObjectReference {
  /** Where the keys' section ends: the first bytes of the object hold every key without its value. */
  readonly keysBytes: number;
  readonly firstKey: ByteString;
  /** Its first key's older versions are in the chunk before: the two are changed together. */
  readonly continues: boolean;
  readonly versions: number;
}

/** Versions ascending by key, then by (modRevision, sub); every value present. */
export interface Chunk {
  readonly versions: readonly Version[];
}
