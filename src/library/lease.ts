import type { LeaseId } from '../core/types/bytes.ts';
import { clientErrors } from '../core/types/error.ts';
import type { Database } from '../host/database.ts';
import { fromByteString } from './bytes.ts';
import { T4Error, toT4Error } from './error.ts';
import { wholeNumber } from './requests.ts';

export interface LeaseOptions {
  /** The lease ends, and its keys with it, when it was not kept alive for this many seconds: never earlier, a little later. */
  readonly ttlSeconds: number;
  /** Default: the node picks one. Fails with `leaseExists` when taken. */
  readonly id?: LeaseId;
}

export interface LeaseState {
  readonly remainingSeconds: number;
  readonly ttlSeconds: number;
  /** Keys attached to it, in order; empty unless asked for. */
  readonly keys: readonly Uint8Array[];
}

/** A lease that was granted. Put keys with `{ lease }` to attach them to it. */
export class Lease {
  readonly id: LeaseId;
  readonly ttlSeconds: number;
  readonly #database: Database;

  constructor(database: Database, id: LeaseId, ttlSeconds: number) {
    this.#database = database;
    this.id = id;
    this.ttlSeconds = ttlSeconds;
  }

  /** Starts its time again, once; resolves with the seconds that it has now. Fails with `leaseNotFound` when it ended. */
  async keepAlive(): Promise<number> {
    const { response } = await this.#database
      .request<'lease-keep-alive'>({ kind: 'lease-keep-alive', id: this.id })
      .catch(rethrow);
    if (response.ttlSeconds <= 0) throw leaseNotFound();
    return response.ttlSeconds;
  }

  /** Ends it and deletes its keys, in one revision. Fails with `leaseNotFound` when it ended before. */
  async revoke(): Promise<void> {
    await this.#database.request<'lease-revoke'>({ kind: 'lease-revoke', id: this.id }).catch(rethrow);
  }

  /** Fails with `leaseNotFound` when it ended. */
  async state(options: { readonly keys?: boolean } = {}): Promise<LeaseState> {
    const { response } = await this.#database
      .request<'lease-time-to-live'>({ kind: 'lease-time-to-live', id: this.id, keys: options.keys ?? false })
      .catch(rethrow);
    if (response.ttlSeconds < 0) throw leaseNotFound();
    return {
      remainingSeconds: response.ttlSeconds,
      ttlSeconds: response.grantedTtlSeconds,
      keys: response.keys.map(fromByteString),
    };
  }
}

export async function grantLease(database: Database, options: LeaseOptions): Promise<Lease> {
  const ttlSeconds = wholeNumber('ttlSeconds', options.ttlSeconds);
  if (ttlSeconds === 0) throw new RangeError('`ttlSeconds` must be at least 1');
  const { response } = await database
    .request<'lease-grant'>({ kind: 'lease-grant', id: options.id ?? 0n, ttlSeconds })
    .catch(rethrow);
  return new Lease(database, response.id, response.ttlSeconds);
}

function leaseNotFound(): T4Error {
  const { status, message } = clientErrors.leaseNotFound;
  return new T4Error('leaseNotFound', status, message);
}

function rethrow(error: unknown): never {
  throw toT4Error(error);
}
