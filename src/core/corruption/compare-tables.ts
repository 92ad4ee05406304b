import { writeAlarms } from '../format/alarm.ts';
import { writeAuth } from '../format/auth.ts';
import { ByteWriter } from '../format/writer.ts';
import type { RecoveredTables } from '../recover/recovered.ts';
import { equalBytes } from '../types/bytes.ts';

const bytesUsual = 1_024;

/** What is not versions: as checkpoint and log have it, against what is served. Undefined: it is the same. */
export function differenceOfTables(there: RecoveredTables, served: RecoveredTables): string | undefined {
  for (const [lease, ttlSeconds] of served.leases) {
    if (there.leases.get(lease) !== ttlSeconds) {
      return `with the log after it, it does not come to lease ${lease.toString(16)} as it is served`;
    }
  }
  if (there.leases.size !== served.leases.size) return 'with the log after it, it comes to a lease that is not served';
  return equalBytes(encoded(there), encoded(served))
    ? undefined
    : 'with the log after it, it does not come to the users, roles and alarms that are served';
}

/** Equal values have equal bytes. */
function encoded({ auth, alarms }: RecoveredTables): Uint8Array {
  const writer = new ByteWriter(bytesUsual);
  writeAuth(writer, auth);
  writeAlarms(writer, alarms);
  return writer.written();
}
