import type { Permission } from '../types/auth.ts';
import type { ByteString } from '../types/bytes.ts';
import type { KeyRange } from '../types/key-range.ts';
import { endOfRange } from '../state/key-range.ts';

/**
 * What permissions of one kind come to together: ranges of keys, ascending, that neither overlap nor touch. `[a,c)` and `[c,e)` are `[a,e)`:
 * who may do both halves may do the whole.
 */
export type Grants = readonly Grant[];

interface Grant {
  readonly start: ByteString;
  /** Exclusive; undefined: nowhere. */
  readonly end: ByteString | undefined;
}

export function mergeGrants(permissions: readonly Permission[]): Grants {
  const ascending = permissions.map(grantOf).sort(compareStarts);
  const merged: Grant[] = [];
  for (const grant of ascending) {
    const last = merged.at(-1);
    if (last === undefined || !reaches(last, grant.start)) merged.push(grant);
    else merged[merged.length - 1] = { start: last.start, end: laterEnd(last.end, grant.end) };
  }
  return merged;
}

function compareStarts(left: Grant, right: Grant): number {
  return left.start < right.start ? -1 : left.start > right.start ? 1 : 0;
}

function grantOf({ key, rangeEnd }: Permission): Grant {
  return { start: key, end: rangeEnd === undefined ? keyAfter(key) : endOfRange(rangeEnd) };
}

/** The least key above `key`. */
function keyAfter(key: ByteString): ByteString {
  return `${key}\0`;
}

/** Nothing lies between the grant and that key. */
function reaches(grant: Grant, key: ByteString): boolean {
  return grant.end === undefined || grant.end >= key;
}

function laterEnd(left: ByteString | undefined, right: ByteString | undefined): ByteString | undefined {
  if (left === undefined || right === undefined) return undefined;
  return left > right ? left : right;
}

/** A range that no key can be in counts as its first key, as in etcd. */
export function covers(grants: Grants, { key, rangeEnd }: KeyRange): boolean {
  const grant = grants.find(({ start, end }) => start <= key && (end === undefined || key < end));
  if (grant === undefined) return false;
  if (grant.end === undefined || rangeEnd === undefined || rangeEnd === '') return true;
  const end = endOfRange(rangeEnd);
  return end !== undefined && (end <= key || end <= grant.end);
}
