import type { PlainRange, PlainRequest } from '../types/plain.ts';

/** Ranges of keys that a request may look at, and those that it may write, whatever the state is. */
export function rangesTouched(request: PlainRequest): readonly PlainRange[] {
  switch (request.kind) {
    case 'range':
    case 'put':
    case 'delete-range':
      return [rangeOf(request)];
    case 'txn':
      return [
        ...(request.compare ?? []).map(rangeOf),
        ...[...(request.success ?? []), ...(request.failure ?? [])].flatMap(rangesTouched),
      ];
    default:
      return [];
  }
}

export function rangesWritten(request: PlainRequest): readonly PlainRange[] {
  if (request.kind === 'put' || request.kind === 'delete-range') return [rangeOf(request)];
  if (request.kind !== 'txn') return [];
  return [...(request.success ?? []), ...(request.failure ?? [])].flatMap(rangesWritten);
}

export function rangesDeleted(request: PlainRequest): readonly PlainRange[] {
  if (request.kind === 'delete-range') return [rangeOf(request)];
  if (request.kind !== 'txn') return [];
  return [...(request.success ?? []), ...(request.failure ?? [])].flatMap(rangesDeleted);
}

/** Keys that the request may attach to a lease. */
export function keysLeased(request: PlainRequest): readonly string[] {
  if (request.kind === 'put') return (request.lease ?? '0') === '0' ? [] : [request.key];
  if (request.kind !== 'txn') return [];
  return [...(request.success ?? []), ...(request.failure ?? [])].flatMap(keysLeased);
}

export function overlap(one: PlainRange, other: PlainRange): boolean {
  return beginsBeforeEnd(one.key, other) && beginsBeforeEnd(other.key, one);
}

function beginsBeforeEnd(key: string, { key: first, rangeEnd }: PlainRange): boolean {
  if (rangeEnd === undefined) return key <= first;
  return rangeEnd === '\0' || key < rangeEnd;
}

function rangeOf({ key, rangeEnd }: PlainRange): PlainRange {
  return rangeEnd === undefined ? { key } : { key, rangeEnd };
}
