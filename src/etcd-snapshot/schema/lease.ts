import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import type { LeaseGrantState } from '../../core/types/log.ts';
import type { Pair } from './buckets.ts';
import { SchemaDamage } from './damage.ts';

/** The bucket `lease`: under the id (8, big-endian) `leasepb.Lease`: 1 the id, 2 its time to live in seconds, 3 what was left of it. */

const idBytes = 8;

/** In the order of the bucket: negative ids come last. */
export function leasePairs(leases: readonly LeaseGrantState[]): readonly Pair[] {
  const unsigned = ({ lease }: LeaseGrantState): bigint => BigInt.asUintN(64, lease);
  const sorted = [...leases].sort((left, right) => (unsigned(left) < unsigned(right) ? -1 : 1));
  return sorted.map(({ lease, ttlSeconds }) => {
    const key = new Uint8Array(idBytes);
    new DataView(key.buffer).setBigInt64(0, lease);
    const value = new BinaryWriter().uint32(8).int64(lease).uint32(16).int64(BigInt(ttlSeconds)).finish();
    return { key, value };
  });
}

export function readLease({ key, value }: Pair): LeaseGrantState {
  let id = 0n;
  let ttlSeconds = 0;
  try {
    const reader = new BinaryReader(value);
    while (reader.pos < reader.len) {
      const [number, type] = reader.tag();
      if (number === 1) id = BigInt(reader.int64());
      else if (number === 2) ttlSeconds = Number(reader.int64());
      else reader.skip(type, number);
    }
  } catch (error) {
    throw new SchemaDamage('lease', key, `no leasepb.Lease: ${error instanceof Error ? error.message : String(error)}`);
  }
  const isNamed = key.length === idBytes && new DataView(key.buffer, key.byteOffset).getBigInt64(0) === id;
  if (!isNamed || id === 0n) throw new SchemaDamage('lease', key, `it holds lease ${id}`);
  if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds < 1) {
    throw new SchemaDamage('lease', key, `a time to live of ${ttlSeconds} seconds`);
  }
  return { lease: id, ttlSeconds };
}
