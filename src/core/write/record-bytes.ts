import { recordsBytesBound } from '../format/record.ts';
import type { LogRecord } from '../types/record.ts';

const recordOverheadBytes = 32;

/** About what a record takes in a frame, in bytes: for bounds, not for layout. */
export function recordBytes(record: LogRecord): number {
  if (record.kind === 'lease-revoke') {
    return record.keys.reduce((sum, key) => sum + key.length + recordOverheadBytes, recordOverheadBytes);
  }
  if (record.kind === 'auth') return recordsBytesBound([record]);
  if (record.kind !== 'write') return recordOverheadBytes;
  let bytes = recordOverheadBytes;
  for (const operation of record.operations) {
    bytes += operation.key.length + recordOverheadBytes;
    if (operation.kind === 'put') bytes += operation.value.length;
  }
  return bytes;
}
