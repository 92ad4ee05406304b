import type { Compression } from '../ports/compression.ts';
import type { Digest } from '../ports/digest.ts';
import { txnOperationsMax, watchBufferMessagesMax } from './limits.ts';
import type { AutoCompaction } from './types/auto-compaction.ts';
import type { DurabilityRule } from './types/log.ts';
import type { Retention } from './types/retention.ts';

/** What a node is told once, before its first step. */
export interface MachineConfiguration {
  readonly digest: Digest;
  /** Of chunks. */
  readonly compression: Compression;
  /** Where the database is opened in the store of its family: `''` for a root, else `branches/<name>/<id>/`. */
  readonly home: string;
  /** Names this node's disk: a node that lost its disk is another member. Never 0. */
  readonly memberId: bigint;
  /** For people. */
  readonly name: string;
  readonly clientUrls: readonly string[];
  readonly durability: DurabilityRule;
  /** How often a node that stands by says in the store that it lives; 0: never, and nobody looks for such nodes. */
  readonly memberIntervalMs: number;
  /** Length of a lease on leadership, in milliseconds. */
  readonly leaseMs: number;
  /** Segments in flight at most; bounded by the database's own `logInflightMax`, which is this value for a database made here. */
  readonly logInflightMax: number;
  /** Durability `local`: an acknowledged record is in its slot at most this many milliseconds later. */
  readonly uploadIntervalMs: number;
  /** A checkpoint is begun after this many segments since the last one. */
  readonly checkpointSegments: number;
  /** A checkpoint is begun so many milliseconds after the last one, if something has come since; 0: not by time. */
  readonly checkpointIntervalMs: number;
  /** Target of a chunk, in bytes of its keys and values before compression. */
  readonly checkpointChunkBytes: number;
  /** What is kept for time travel: a leader writes it into the manifest. Undefined: what the manifest says stays. */
  readonly retention: Retention | undefined;
  /** Slots that are old enough are put into an archive when there are so many of them; 0: never. */
  readonly archiveSegments: number;
  /** Of an archive's segments together, before compression, about: what is larger is not merged any further. */
  readonly archiveBytes: number;
  /** How often the leader looks for what nothing names any more; 0: never. */
  readonly collectIntervalMs: number;
  /** What was condemned is deleted after this time: it spares those who were reading it. */
  readonly collectGraceMs: number;
  /** How often the leader holds what it serves against the object store; 0: never. */
  readonly corruptCheckMs: number;
  /** Who has won the lead does so once before it serves anything. */
  readonly initialCorruptCheck: boolean;
  /** What the leader compacts by itself; undefined: nothing. */
  readonly autoCompaction: AutoCompaction | undefined;
  /** A request that has no answer by then gets etcd's "request timed out". */
  readonly requestTimeoutMs: number;
  /** In the longest of a transaction's lists. */
  readonly txnOperationsMax: number;
  /** Values kept in memory for reads, in bytes. */
  readonly valueCacheBytes: number;
  /** After a recovery from a checkpoint, chunks that nobody asked for are fetched at this rate at most; `Infinity`: as fast as they come. */
  readonly fillBytesPerSecond: number;
  readonly watchProgressNotifyIntervalMs: number;
  /** Responses of a watch stream that its consumer leaves waiting, at most: beyond it, its watchers are fed from history when it has caught up. */
  readonly watchBufferMessagesMax: number;
  /** Bytes that the state may take before writes that add to it are refused; 0: any number. */
  readonly quotaBackendBytes: number;
  /** Operator's word: go on from the slots although another node's disk may hold acknowledged records that no slot holds. */
  readonly acceptLocalLoss: boolean;
}

export const configurationDefaults = {
  durability: 'object',
  memberIntervalMs: 15_000,
  leaseMs: 3_000,
  logInflightMax: 4,
  uploadIntervalMs: 1_000,
  home: '',
  checkpointSegments: 2_000,
  checkpointIntervalMs: 600_000,
  checkpointChunkBytes: 32 * 1024,
  retention: undefined,
  archiveSegments: 256,
  archiveBytes: 32 * 1024 * 1024,
  collectIntervalMs: 15 * 60_000,
  collectGraceMs: 3_600_000,
  corruptCheckMs: 0,
  initialCorruptCheck: false,
  autoCompaction: undefined,
  requestTimeoutMs: 7_000,
  valueCacheBytes: 256 * 1024 * 1024,
  fillBytesPerSecond: Infinity,
  watchProgressNotifyIntervalMs: 600_000,
  watchBufferMessagesMax,
  txnOperationsMax,
  quotaBackendBytes: 0,
  acceptLocalLoss: false,
} as const satisfies Partial<MachineConfiguration>;
