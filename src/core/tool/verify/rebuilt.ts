import type { Digest } from '../../../ports/digest.ts';
import { byteStringOf, type ByteString } from '../../types/bytes.ts';
import type { LogPosition } from '../../types/log.ts';
import type { LogRecord } from '../../types/record.ts';
import { isTombstone, type Version } from '../../types/version.ts';
import { createStateReader, type StateReader } from '../state-reader.ts';

/** The state that the log comes to, with a hash in the place of each value. */
export interface Rebuilt {
  readonly reader: StateReader;
  position: LogPosition;
  wallMs: number;
  /** Keys written since a checkpoint was compared last. */
  readonly touched: Set<ByteString>;
  /** Units of chunks, as they were compared last: what is in them now is what was in them then. */
  compared: ReadonlySet<string>;
  /** Revision at which they were. */
  comparedRevision: number;
  apply(record: LogRecord): void;
  valueHashOf(version: Version): string;
}

const valueHashBytes = 16;
const noHash = '';

export function createRebuilt(digest: Digest): Rebuilt {
  const hashes = new WeakMap<Version, string>();
  const touched = new Set<ByteString>();
  const reader = createStateReader((version) => {
    touched.add(version.key);
    if (!isTombstone(version)) hashes.set(version, hashOfValue(digest, version.value));
  });
  return {
    reader,
    position: undefined as unknown as LogPosition,
    wallMs: 0,
    touched,
    compared: new Set(),
    comparedRevision: 0,
    apply: (record) => reader.record(record, 0),
    valueHashOf: (version) => hashes.get(version) ?? noHash,
  };
}

export function hashOfValue(digest: Digest, value: Uint8Array | undefined): string {
  if (value === undefined || value.length === 0) return noHash;
  return byteStringOf(digest.sha256(value).subarray(0, valueHashBytes));
}
