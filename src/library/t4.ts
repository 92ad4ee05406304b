import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Role } from '../core/types/response.ts';
import type { Database } from '../host/database.ts';
import type { Bytes } from './bytes.ts';
import type { Entry } from './entry.ts';
import { T4Error, closedMessage, toT4Error } from './error.ts';
import { grantLease, type Lease, type LeaseOptions } from './lease.ts';
import {
  deleteRequest,
  putRequest,
  rangeRequest,
  toDeleteResult,
  toPutResult,
  toRangeResult,
  wholeNumber,
} from './requests.ts';
import type { DeleteOptions, DeleteResult, PutOptions, PutResult, RangeOptions, RangeResult } from './requests.ts';
import type { Selection } from './selection.ts';
import { toTxnResult, txnRequest, type Transaction, type TxnResult } from './txn.ts';
import { openWatch, type Watch, type WatchOptions } from './watch.ts';

export interface CallOptions {
  /** Stops waiting; a write that was already taken in happens all the same. */
  readonly signal?: AbortSignal;
}

export interface T4Status {
  readonly role: Role;
  /** Writes would be acknowledged now. */
  readonly ready: boolean;
  /** Of the newest write; 1 for an empty database. */
  readonly revision: number;
  /** Nothing below it can be read any more; 0: everything can. */
  readonly compactRevision: number;
  /** Number of this reign; each new leader has a higher one. */
  readonly epoch: number;
  readonly keys: number;
  readonly leases: number;
  /** Bytes of keys and values, of all versions that are kept. */
  readonly bytes: number;
  /**
   * While `corrupt` is on nothing is changed, while `nospace` is nothing is put: whoever raised them. Empty when all is well. See `disarm`.
   */
  readonly alarms: readonly T4Alarm[];
  /** What an operator should know; empty when all is well. */
  readonly problems: readonly string[];
}

export interface T4Alarm {
  readonly kind: 'corrupt' | 'nospace';
  /** Of the node that raised it. */
  readonly memberId: bigint;
}

export interface CheckpointResult {
  /** Last slot of the log that the checkpoint holds. */
  readonly slot: number;
  /** Its newest revision. */
  readonly revision: number;
  /** What was new in it, and therefore uploaded. */
  readonly objectsUploaded: number;
  readonly bytesUploaded: number;
}

/**
 * An open database. Calls reject with `T4Error`; arguments that make no sense throw `TypeError` or `RangeError`.
 *
 * Reads are linearizable and writes durable as `durability` says when their promise resolves. After an error of status
 * `Unavailable` a write may have happened or not.
 */
export class T4 {
  readonly #database: Database;
  readonly #release: () => Promise<void>;
  #closing: Promise<void> | undefined;

  constructor(database: Database, release: () => Promise<void>) {
    this.#database = database;
    this.#release = release;
  }

  /** One key; undefined when it does not exist (at `revision`, where given). */
  async get(
    key: Bytes,
    options: Pick<RangeOptions, 'revision' | 'serializable'> & CallOptions = {},
  ): Promise<Entry | undefined> {
    return (await this.range(key, options)).entries[0];
  }

  async range(keys: Selection, options: RangeOptions & CallOptions = {}): Promise<RangeResult> {
    const request = rangeRequest(keys, options);
    const { header, response } = await this.#call((database) => database.request<'range'>(request, options.signal));
    return toRangeResult(response, header.revision);
  }

  async put(key: Bytes, value: Bytes, options: PutOptions & CallOptions = {}): Promise<PutResult> {
    const request = putRequest(key, value, options);
    const { header, response } = await this.#call((database) => database.request<'put'>(request, options.signal));
    return toPutResult(response, header.revision);
  }

  async delete(keys: Selection, options: DeleteOptions & CallOptions = {}): Promise<DeleteResult> {
    const request = deleteRequest(keys, options);
    const { header, response } = await this.#call((database) =>
      database.request<'delete-range'>(request, options.signal),
    );
    return toDeleteResult(response, header.revision);
  }

  /** All of it happens, at one revision, or nothing. See `compare` and `operation`. */
  async txn(transaction: Transaction, options: CallOptions = {}): Promise<TxnResult> {
    const request = txnRequest(transaction);
    const { header, response } = await this.#call((database) => database.request<'txn'>(request, options.signal));
    return toTxnResult(response, header.revision);
  }

  /** `for await (const { revision, events } of db.watch({ prefix: 'jobs/' })) …` */
  watch(keys: Selection, options: WatchOptions = {}): Watch {
    if (this.#closing !== undefined) throw closed();
    return openWatch(this.#database, keys, options);
  }

  async lease(options: LeaseOptions): Promise<Lease> {
    return this.#call((database) => grantLease(database, options));
  }

  /** Gives up every version below `revision` except the newest of each key. */
  async compact(revision: number, options: CallOptions = {}): Promise<void> {
    const request = { kind: 'compact', revision: wholeNumber('revision', revision), physical: false } as const;
    await this.#call((database) => database.request<'compact'>(request, options.signal));
  }

  /**
   * Writes a checkpoint of everything that is in the log now, and resolves when the database's manifest names it: a start without a data
   * folder then reads it, and the log after it. It uploads what changed since the last one.
   */
  async checkpoint(options: CallOptions = {}): Promise<CheckpointResult> {
    const { response } = await this.#call((database) =>
      database.request<'checkpoint'>({ kind: 'checkpoint' }, options.signal),
    );
    const { slot, revision, objectsUploaded, bytesUploaded } = response;
    return { slot, revision, objectsUploaded, bytesUploaded };
  }

  async status(): Promise<T4Status> {
    const { response } = await this.#call((database) => database.request<'status'>({ kind: 'status' }));
    const { role, ready, revision, compactRevision, epoch, keys, leases, bytesTotal, problems } = response;
    const alarms = response.alarms.map(({ alarm, memberId }) => ({ kind: alarm, memberId }));
    return { role, ready, revision, compactRevision, epoch, keys, leases, bytes: bytesTotal, alarms, problems };
  }

  /** Takes all alarms back, and resolves with those that were on. A check that still finds something raises its own again. */
  async disarm(options: CallOptions = {}): Promise<readonly T4Alarm[]> {
    const { alarms } = await this.status();
    for (const { kind, memberId } of alarms) {
      const request = { kind: 'alarm', action: 'deactivate', alarm: kind, memberId } as const;
      await this.#call((database) => database.request<'alarm'>(request, options.signal));
    }
    return alarms;
  }

  /** Finishes what is under way, gives the lead back and frees everything. May be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    try {
      await this.#database.close();
    } finally {
      await this.#release();
    }
  }

  async #call<Value>(call: (database: Database) => Promise<Value>): Promise<Value> {
    if (this.#closing !== undefined) throw closed();
    try {
      return await call(this.#database);
    } catch (error) {
      // Who tries again at once must not keep from the node what it waits for: timers, and answers of the store.
      await nextTurn();
      throw toT4Error(error);
    }
  }
}

function closed(): T4Error {
  return new T4Error('closed', 'Unavailable', closedMessage);
}
