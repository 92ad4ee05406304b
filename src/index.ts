/**
 * T4 in your own process: the same node as `t4 run`, without a server.
 *
 * ```ts
 * import { compare, open, operation } from 't4db';
 *
 * await using db = await open({ store: 's3://bucket/prefix', dataDir: './node' });
 * await db.txn({ if: [compare.version('lock', '=', 0)], then: [operation.put('lock', 'mine')] });
 * for await (const { revision, events } of db.watch({ prefix: 'jobs/' })) console.log(revision, events.length);
 * ```
 */
export type { PlaceOptions, StoreOptions } from './library/branch-session.ts';
export {
  createBranch,
  deleteBranch,
  listBranches,
  type Branch,
  type BranchInFamily,
  type CreateBranchOptions,
  type DatabaseInFamily,
  type DeleteBranchOptions,
  type DeletedBranches,
} from './library/branches.ts';
export type { Bytes } from './library/bytes.ts';
export { Entry } from './library/entry.ts';
export { CompactedError, T4Error, WatchEndedError, type BranchReason, type ErrorReason } from './library/error.ts';
export { Lease, type LeaseOptions, type LeaseState } from './library/lease.ts';
export { open, type LogFields, type LogLevel, type OpenOptions } from './library/open.ts';
export type {
  DeleteOptions,
  DeleteResult,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
} from './library/requests.ts';
export {
  restore,
  type RestoreInPlaceOptions,
  type RestoreToBranchOptions,
  type RolledBack,
} from './library/restore.ts';
export type { Selection } from './library/selection.ts';
export { T4, type CallOptions, type CheckpointResult, type T4Alarm, type T4Status } from './library/t4.ts';
export {
  compare,
  operation,
  type CompareSign,
  type Comparison,
  type Operation,
  type OperationResult,
  type Transaction,
  type TxnResult,
} from './library/txn.ts';
export type { Change, ChangeEvent, Watch, WatchOptions } from './library/watch.ts';
