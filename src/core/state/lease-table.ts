import { assert } from '../assert.ts';
import { noLease, type ByteString, type LeaseId } from '../types/bytes.ts';

/**
 * The leases and the keys that hang on them. No time in it: when a lease ends is decided elsewhere.
 *
 * Invariants:
 * - A key hangs on a lease exactly while its newest version exists and names that lease.
 */
export interface LeaseTable {
  size(): number;
  get(id: LeaseId): Lease | undefined;
  has(id: LeaseId): boolean;
  /** In order of granting. */
  all(): IterableIterator<Lease>;
  grant(id: LeaseId, ttlSeconds: number): void;
  /** Takes away a lease on which no key hangs. */
  remove(id: LeaseId): void;
  attach(id: LeaseId, key: ByteString): void;
  detach(id: LeaseId, key: ByteString): void;
}

export interface Lease {
  readonly id: LeaseId;
  /** As granted. */
  readonly ttlSeconds: number;
  /** In no particular order. */
  readonly keys: ReadonlySet<ByteString>;
}

interface MutableLease extends Lease {
  readonly keys: Set<ByteString>;
}

export function createLeaseTable(): LeaseTable {
  const leases = new Map<LeaseId, MutableLease>();

  return {
    size: () => leases.size,
    get: (id) => leases.get(id),
    has: (id) => leases.has(id),
    all: () => leases.values(),

    grant(id, ttlSeconds) {
      assert(id !== noLease, 'a lease has an id');
      assert(!leases.has(id), 'a lease is granted once');
      leases.set(id, { id, ttlSeconds, keys: new Set() });
    },

    remove(id) {
      const lease = leases.get(id);
      assert(lease !== undefined && lease.keys.size === 0, 'a lease that is removed exists and holds no key');
      leases.delete(id);
    },

    attach(id, key) {
      const lease = leases.get(id);
      assert(lease !== undefined, 'a key hangs on a lease that exists');
      lease.keys.add(key);
    },

    detach(id, key) {
      const lease = leases.get(id);
      assert(lease !== undefined && lease.keys.delete(key), 'a key that is detached hung on that lease');
    },
  };
}
