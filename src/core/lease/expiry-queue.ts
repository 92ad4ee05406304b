import type { LeaseId } from '../types/bytes.ts';

/**
 * Leases as a binary heap by the time at which they expire, ties by id.
 *
 * Invariants:
 * - No lease comes before its parent: the one of `place` p has its parent at (p − 1) / 2.
 * - `place` is the lease's index in the heap.
 */
export interface ExpiryQueue {
  add(lease: LeaseExpiry): void;
  remove(lease: LeaseExpiry): void;
  /** The lease's `expiryMs` was changed. */
  moved(lease: LeaseExpiry): void;
  first(): LeaseExpiry | undefined;
  /** Up to `max` of the soonest for which `due` holds, in order; what holds for a lease holds for all that are sooner. */
  before(due: (lease: LeaseExpiry) => boolean, max: number): readonly LeaseId[];
  sorted(): readonly LeaseId[];
}

export interface LeaseExpiry {
  readonly id: LeaseId;
  readonly ttlSeconds: number;
  expiryMs: number;
  place: number;
}

export function createExpiryQueue(): ExpiryQueue {
  const heap: LeaseExpiry[] = [];

  function put(lease: LeaseExpiry, place: number): void {
    heap[place] = lease;
    lease.place = place;
  }

  function rise(lease: LeaseExpiry): void {
    while (lease.place > 0) {
      const parent = heap[(lease.place - 1) >> 1]!;
      if (compare(parent, lease) <= 0) return;
      const place = parent.place;
      put(parent, lease.place);
      put(lease, place);
    }
  }

  function sink(lease: LeaseExpiry): void {
    for (;;) {
      const child = soonerChild(lease.place);
      if (child === undefined || compare(lease, child) <= 0) return;
      const place = child.place;
      put(child, lease.place);
      put(lease, place);
    }
  }

  function soonerChild(place: number): LeaseExpiry | undefined {
    const left = heap[2 * place + 1];
    const right = heap[2 * place + 2];
    if (left === undefined || right === undefined) return left;
    return compare(left, right) <= 0 ? left : right;
  }

  function settle(lease: LeaseExpiry): void {
    rise(lease);
    sink(lease);
  }

  return {
    add(lease) {
      put(lease, heap.length);
      rise(lease);
    },
    remove(lease) {
      const last = heap.pop()!;
      if (last === lease) return;
      put(last, lease.place);
      settle(last);
    },
    moved: settle,
    first: () => heap[0],
    before(due, max) {
      // The due leases are a top part of the heap: what lies below one that is not due is not due either.
      const found: LeaseExpiry[] = [];
      const waiting = [0];
      for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
        const lease = heap[place];
        if (lease === undefined || !due(lease)) continue;
        found.push(lease);
        waiting.push(2 * place + 1, 2 * place + 2);
      }
      return found
        .sort(compare)
        .slice(0, max)
        .map((lease) => lease.id);
    },
    sorted: () => [...heap].sort(compare).map((lease) => lease.id),
  };
}

function compare(left: LeaseExpiry, right: LeaseExpiry): number {
  if (left.expiryMs !== right.expiryMs) return left.expiryMs - right.expiryMs;
  if (left.id === right.id) return 0;
  return left.id < right.id ? -1 : 1;
}
