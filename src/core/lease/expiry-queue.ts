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
      const found: LeaseExpiry[] = [];
      // Children of what was found, latest first: the soonest of all that are left is among them.
      const next = heap.slice(0, 1);
      while (found.length < max) {
        const lease = next.pop();
        if (lease === undefined || !due(lease)) break;
        found.push(lease);
        for (const child of [heap[2 * lease.place + 1], heap[2 * lease.place + 2]]) {
          if (child !== undefined) insertLatestFirst(next, child);
        }
      }
      return found.map((lease) => lease.id);
    },
    sorted: () => [...heap].sort(compare).map((lease) => lease.id),
  };
}

function insertLatestFirst(leases: LeaseExpiry[], added: LeaseExpiry): void {
  let low = 0;
  let high = leases.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(leases[middle]!, added) > 0) low = middle + 1;
    else high = middle;
  }
  leases.splice(low, 0, added);
}

function compare(left: LeaseExpiry, right: LeaseExpiry): number {
  if (left.expiryMs !== right.expiryMs) return left.expiryMs - right.expiryMs;
  if (left.id === right.id) return 0;
  return left.id < right.id ? -1 : 1;
}
