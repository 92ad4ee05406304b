import { assert } from '../assert.ts';
import { compareBytes } from '../types/bytes.ts';
import type { RangeRequest, SortTarget } from '../types/request.ts';
import type { Version } from '../types/version.ts';
import { valueAtHand, type VersionValues } from './view.ts';

type Order = (left: Version, right: Version) => number;

/** Ascending by key, as versions come out of the index. "None" with any target but the key sorts ascending, as in etcd. */
export function isDefaultOrder(request: RangeRequest): boolean {
  return request.sortTarget === 'key' && request.sortOrder !== 'descend';
}

/** Sorts in place. Sorting by value needs every value at hand. */
export function sortVersions(versions: Version[], request: RangeRequest, values: VersionValues): void {
  const ascending = orderBy(request.sortTarget, values);
  versions.sort(request.sortOrder === 'descend' ? (left, right) => ascending(right, left) : ascending);
}

function orderBy(target: SortTarget, values: VersionValues): Order {
  switch (target) {
    case 'key':
      return (left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0);
    case 'version':
      return (left, right) => left.version - right.version;
    case 'create':
      return (left, right) => left.createRevision - right.createRevision;
    case 'mod':
      return (left, right) => left.modRevision - right.modRevision;
    case 'value':
      return (left, right) => compareBytes(valueOf(left, values), valueOf(right, values));
  }
}

function valueOf(version: Version, values: VersionValues): Uint8Array {
  const value = valueAtHand(version, values);
  assert(value !== undefined, 'values are at hand before they are sorted by');
  return value;
}
