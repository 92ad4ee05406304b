import { setImmediate as othersFirst } from 'node:timers/promises';
import type { ImportContent } from '../core/import/import-content.ts';
import type { Version } from '../core/types/version.ts';
import type { FileSource } from './bbolt/source.ts';
import { readEtcdFile } from './read-snapshot.ts';

/** Content whose values stay where they are, and are read when they are needed. */

export interface PlacedVersion extends Version {
  /** Of its value, in the file. */
  readonly offset: number;
}

const versionsPerPause = 8_192;
const noBytes = new Uint8Array(0);

/** Memory goes by the number of versions, as it does in the node that will serve them. */
export async function importContentOf(
  source: FileSource,
  progress: (versions: number) => void,
  signal: AbortSignal,
): Promise<Omit<ImportContent, 'expected'>> {
  const file = readEtcdFile(source);
  const versions: PlacedVersion[] = [];
  for (const { version, valueOffset } of file.versions()) {
    const value = version.valueBytes === 0 ? noBytes : undefined;
    versions.push({ ...version, value, offset: valueOffset });
    if (versions.length % versionsPerPause !== 0) continue;
    progress(versions.length);
    await othersFirst();
    signal.throwIfAborted();
  }
  const { compactRevision, leases, auth } = file;
  return { compactRevision, leases, auth, versions, readValue: readerOf(source) };
}

export function readerOf(source: FileSource): (version: Version) => Uint8Array {
  return (version) =>
    version.valueBytes === 0 ? noBytes : source.read((version as PlacedVersion).offset, version.valueBytes);
}
