import { writeAlarms } from '../../format/alarm.ts';
import { writeAuth } from '../../format/auth.ts';
import { ByteWriter } from '../../format/writer.ts';
import { equalBytes } from '../../types/bytes.ts';
import type { Checkpoint } from '../../types/log.ts';

type AuthAndAlarms = Pick<Checkpoint, 'auth' | 'alarms'>;

const bytesUsual = 1_024;

/** Who may do what, and the alarms, of a checkpoint against what the log comes to; undefined: they are the same. */
export function differenceOfAuth(found: AuthAndAlarms, expected: AuthAndAlarms): string | undefined {
  if (found.auth.enabled !== expected.auth.enabled) {
    return `authentication is ${words(found.auth.enabled)} in it, the log says ${words(expected.auth.enabled)}`;
  }
  if (found.auth.revision !== expected.auth.revision) {
    return `its auth revision is ${found.auth.revision}, the log says ${expected.auth.revision}`;
  }
  return equalBytes(encoded(found), encoded(expected))
    ? undefined
    : 'it does not hold the users, roles and alarms that the log does';
}

function words(enabled: boolean): string {
  return enabled ? 'on' : 'off';
}

/** Equal values have equal bytes. */
function encoded({ auth, alarms }: AuthAndAlarms): Uint8Array {
  const writer = new ByteWriter(bytesUsual);
  writeAuth(writer, auth);
  writeAlarms(writer, alarms);
  return writer.written();
}
