import type { Core } from '../core.ts';
import { LocalStoreDamage, NodeFailure } from '../failure.ts';
import { describeDamage } from '../format/damage.ts';
import { decodeLocalValue, valueKeyOf } from '../format/local-layout.ts';
import { call, type Task } from '../task.ts';
import type { Version } from '../types/version.ts';

export type FoundValues = Map<Version, Uint8Array>;

/** The values that the local store has go into `values`; returns the versions of which it has none. One that is damaged there ends the reign. */
export function* readLocalValues(
  core: Core,
  versions: readonly Version[],
  values: FoundValues,
): Task<readonly Version[]> {
  if (versions.length === 0) return [];
  const result = yield* call({ kind: 'local-get', keys: versions.map((version) => valueKeyOf(version)) });
  if (result.kind === 'local-failed') throw new LocalStoreDamage(`the local store cannot be read: ${result.message}`);
  const absent: Version[] = [];
  versions.forEach((version, index) => {
    const stored = result.values[index];
    if (stored === undefined) {
      absent.push(version);
      return;
    }
    const decoded = decodeLocalValue(version, stored, core.digest);
    if (decoded.kind === 'damaged')
      throw new LocalStoreDamage(`the local store is damaged: ${describeDamage(decoded.damage)}`);
    values.set(version, decoded.value);
  });
  return absent;
}

export function localStoreUnwritable(reason: string): NodeFailure {
  return new NodeFailure(
    `the local store cannot be written: ${reason}. It is a cache: make room on the disk, or move the data folder away, and start again`,
  );
}
