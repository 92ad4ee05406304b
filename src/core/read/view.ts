import type { Version } from '../types/version.ts';

/** The moment at which a request reads. */
export interface ReadView {
  /** The store's revision as the request sees it: what "now" and "the future" mean. */
  readonly revision: number;
  /** Of the last compaction that the request has to respect; 0: none. */
  readonly compactRevision: number;
  /** Values that an earlier evaluation of the same request asked for. */
  readonly values: VersionValues;
}

export type VersionValues = ReadonlyMap<Version, Uint8Array>;

export const noValues: VersionValues = new Map<Version, Uint8Array>();

/** The version's value if it is at hand. */
export function valueAtHand(version: Version, values: VersionValues): Uint8Array | undefined {
  return version.value ?? values.get(version);
}

/** etcd counts a store that was never compacted as compacted at -1; negative revisions can tell. */
export function etcdCompactRevision(compactRevision: number): number {
  return compactRevision === 0 ? -1 : compactRevision;
}
