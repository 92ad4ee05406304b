import { etcdStorageVersion } from '../../server/version.ts';
import { byteStringOf, bytesOf } from '../../server/wire/bytes.ts';
import type { Pair } from './buckets.ts';
import { SchemaDamage } from './damage.ts';
import { decodeRevisionKey, encodeRevisionKey } from './revision-key.ts';

/** The bucket `meta`: how far the log is applied, who votes, of which version all this is, and where the last compaction was. */
export interface EtcdMeta {
  readonly consistentIndex: number;
  readonly term: number;
  /** 0: none. */
  readonly compactRevision: number;
}

export const consistentIndexKey = 'consistent_index';
export const termKey = 'term';
const confStateKey = 'confState';
const storageVersionKey = 'storageVersion';
/** A compaction that has been begun, and one that has ended. */
const compactionKeys = ['scheduledCompactRev', 'finishedCompactRev'] as const;

export function metaPairs(
  { consistentIndex, term, compactRevision }: EtcdMeta,
  voters: readonly bigint[],
): readonly Pair[] {
  const ids = voters.map((id) => BigInt.asUintN(64, id).toString()).join(',');
  const pairs: (readonly [string, Uint8Array])[] = [
    [confStateKey, bytesOf(`{${ids === '' ? '' : `"voters":[${ids}],`}"auto_leave":false}`)],
    [consistentIndexKey, numberBytes(consistentIndex)],
    [storageVersionKey, bytesOf(etcdStorageVersion)],
    [termKey, numberBytes(term)],
  ];
  if (compactRevision > 0) {
    const place = encodeRevisionKey({ modRevision: compactRevision, sub: 0, isTombstone: false });
    for (const key of compactionKeys) pairs.push([key, place]);
  }
  return pairs.sort(([left], [right]) => (left < right ? -1 : 1)).map(([key, value]) => ({ key: bytesOf(key), value }));
}

/** A compaction that has been begun is promised: nobody reads below it any more. */
export function readMeta(pairs: readonly Pair[]): EtcdMeta {
  const values = new Map(pairs.map(({ key, value }) => [byteStringOf(key), value]));
  const number = (name: string): number => {
    const value = values.get(name);
    return value?.length === 8 ? Number(new DataView(value.buffer, value.byteOffset).getBigUint64(0)) : 0;
  };
  const compactions = compactionKeys.map((name) => {
    const value = values.get(name);
    if (value === undefined) return 0;
    const place = decodeRevisionKey(value);
    if (place === undefined) throw new SchemaDamage('meta', bytesOf(name), 'it holds no revision');
    return place.modRevision;
  });
  return {
    consistentIndex: number(consistentIndexKey),
    term: number(termKey),
    compactRevision: Math.max(...compactions),
  };
}

function numberBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
