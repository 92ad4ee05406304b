/**
 * Every bound of the core, named noun first and unit last.
 */

// Bytes at rest. A decoder takes anything beyond these for damage; an encoder takes it for a bug.

/** Of one frame, its header and checksum included. A group is cut long before; one record may delete very many keys. */
export const frameBytesMax = 1024 * 1024 * 1024;
/** Where a database's own objects are: `branches/`, a name of at most 64, the id's first half in 16 digits, each with a slash after it. */
export const homeBytesMax = 91;
/** In one table of homes: ancestors of one branch. */
export const homesMax = 1_000;
export const memberNameBytesMax = 1_024;
export const clientUrlBytesMax = 2_048;
export const clientUrlsMax = 64;
export const inSyncMembersMax = 64;
/** Nodes that stand by, and are looked at. */
export const nodesKnownMax = 256;
export const checkpointReferencesMax = 10_000;
/** What is beyond it stays in slots. */
export const archiveReferencesMax = 10_000;
/** Steps in which slots were condemned and not deleted yet; further ones go with the last. */
export const condemnedSlotsMax = 64;
export const condemnedReferencesMax = 10_000;
/** In one list; what is left over, the next collection condemns. */
export const condemnedKeysMax = 100_000;
export const pinsMax = 10_000;
export const stretchesMax = 1_000;
/** Rollbacks of one database: each adds a stretch at most. */
export const successorsMax = 1_000;
/** Of a chunk's keys or values, or an archive's segments, before compression: one key's versions of one revision are never parted, nor a segment. */
export const sectionBytesMax = 1024 * 1024 * 1024;
export const logInflightSegmentsMax = 64;

// Watches.

export const watchStreamsMax = 100_000;
export const watchersPerStreamMax = 100_000;
export const watchersMax = 500_000;
/** Responses with events or progress that a stream holds until its consumer took them, unless configured otherwise; etcd's channel holds as many. */
export const watchBufferMessagesMax = 1_024;
/** Bytes of keys and values in them. A single revision larger than this is held alone. */
export const watchBufferBytesMax = 8 * 1024 * 1024;
/** In the buffers of all streams together. Beyond it a stream holds one revision, until its consumer took it. */
export const watchBuffersBytesMax = 256 * 1024 * 1024;
/** Responses to creations and cancellations that a stream holds; they never wait, so a client that sends without reading ends its stream. */
export const watchBufferControlsMax = 2 * watchersPerStreamMax;
/** Revisions in one response to a watcher that catches up; etcd's. */
export const watchBatchRevisionsMax = 1_000;
/** Keys and values in one such response: above 1.5 MiB several times, so that cutting into fragments is left to the edge as in etcd. */
export const watchBatchBytesMax = 6 * 1024 * 1024;
/** What an event costs beyond its keys and values, for the budgets in bytes. */
export const watchEventBytes = 64;
/** Versions read from the history in one pass for all watchers that lag; a pass ends with its revision. */
export const watchFeedVersionsMax = 4_096;
export const watchProgressIntervalMsMin = 100;
/** Largest part of the interval that is added to it by chance, so that streams opened together do not report together. */
export const watchProgressJitterMax = 0.1;

// Leases of clients.

export const leaseExpiryCheckIntervalMs = 500;
export const leaseExpiriesPerSecondMax = 1_000;

// The lease on leadership.

/**
 * How far the holder's wall clock may run ahead of its monotonic clock, since it sent its last renewal, before it takes its machine for
 * suspended. Reading two clocks one after the other, one of them in whole milliseconds, and a pause between the readings,
 * stay below it; rate corrections change both clocks alike on the systems in use.
 */
export const leaderSuspensionMsMax = 50;
/**
 * What a candidate waits beyond the lease. Clock rates: crystals err by some 0.01 %, but a time daemon may correct by up to 8.3 %
 * (chrony's default bound); a candidate that runs so much fast against a holder that runs so much slow needs
 * 1.083 / 0.917 − 1 = 18.2 % of the lease: a fifth. Suspension: the holder does not notice up to `leaderSuspensionMsMax`. Twice that leaves
 * as much again for clocks that tick in steps (16 ms and less).
 */
export function leaderDriftMs(leaseMs: number): number {
  return Math.ceil(leaseMs / 5) + 2 * leaderSuspensionMsMax;
}

// Requests.

/** Unless configured otherwise, in the longest of a transaction's lists; a nested transaction may hold as many as the levels above it left. */
export const txnOperationsMax = 128;
/** etcd's default: one and a half election timeouts, in whole seconds. */
export const leaseTtlSecondsMin = 2;
export const leaseTtlSecondsMax = 9_000_000_000;

// Writes under way.

/** Records that go into one frame, about: a larger single record goes alone. */
export const frameRecordBytesMax = 4 * 1024 * 1024;
/** Admitted and not yet acknowledged, together; beyond either, requests are refused with etcd's "too many requests". */
export const unacknowledgedBytesMax = 256 * 1024 * 1024;
export const unacknowledgedRecordsMax = 100_000;
/** Requests that wait for the lease or for values from the local store. */
export const parkedRequestsMax = 100_000;

/** Snapshots that are read or waited for, together: each keeps what compactions make obsolete meanwhile. */
export const snapshotsMax = 4;

// Checkpoints.

/** Versions dropped in one piece after a compaction. */
export const scrubVersionsMax = 2_000;
