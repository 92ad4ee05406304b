import type { Core } from '../core.ts';
import { LocalStoreDamage, NodeFailure } from '../failure.ts';
import { describeDamage } from '../format/damage.ts';
import { decodeLocalValue, valueKeyOf } from '../format/local-layout.ts';
import { call, type Task } from '../task.ts';
import type { Version } from '../types/version.ts';

/** The values of versions that are not in memory, from the local store. A value that is missing or damaged there ends the reign. */
export function* readValues(core: Core, versions: readonly Version[]): Task<ReadonlyMap<Version, Uint8Array>> {
  const values = new Map<Version, Uint8Array>();
  if (versions.length === 0) return values;
  const result = yield* call({ kind: 'local-get', keys: versions.map((version) => valueKeyOf(version)) });
  if (result.kind === 'local-failed') throw new LocalStoreDamage(`the local store cannot be read: ${result.message}`);
  versions.forEach((version, index) => {
    const decoded = decodeLocalValue(version, result.values[index], core.digest);
    if (decoded.kind === 'damaged')
      throw new LocalStoreDamage(`the local store is damaged: ${describeDamage(decoded.damage)}`);
    values.set(version, decoded.value);
  });
  return values;
}

export function localStoreUnwritable(reason: string): NodeFailure {
  return new NodeFailure(
    `the local store cannot be written: ${reason}. It is a cache: make room on the disk, or move the data folder away, and start again`,
  );
}
