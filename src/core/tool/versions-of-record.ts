import { versionOf } from '../state/apply-record.ts';
import type { ByteString } from '../types/bytes.ts';
import type { LogRecord } from '../types/record.ts';
import type { Version } from '../types/version.ts';

/** The versions of wanted keys that a record makes, without a state: what the record says is all that they are. */
export function versionsOfRecord(record: LogRecord, isWanted: (key: ByteString) => boolean): readonly Version[] {
  switch (record.kind) {
    case 'write':
      return record.operations.flatMap((operation, sub) =>
        isWanted(operation.key) ? [versionOf(record.revision, sub, operation)] : [],
      );
    case 'lease-revoke':
      return record.keys.flatMap((key, sub) =>
        isWanted(key) ? [versionOf(record.revision, sub, { kind: 'delete', key })] : [],
      );
    default:
      return [];
  }
}
