import { compareAlarms } from '../alarm/alarms.ts';
import { assert } from '../assert.ts';
import type { ActiveAlarm, AlarmKind, Alarms } from '../types/alarm.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/** The bytes of an alarm: its kind, then the member that raised it. */

const alarmTags = { nospace: 1, corrupt: 2 } as const;
const alarmKinds: readonly (AlarmKind | undefined)[] = [undefined, 'nospace', 'corrupt'];
const alarmBytes = 9;

/** Ascending by kind, then by member. */
export function writeAlarms(writer: ByteWriter, alarms: Alarms): void {
  writer.varint(alarms.length);
  alarms.forEach((alarm, index) => {
    assert(index === 0 || compareAlarms(alarms[index - 1]!, alarm) < 0, 'alarms ascend');
    writeAlarm(writer, alarm);
  });
}

export function readAlarms(reader: ByteReader): Alarms {
  const count = reader.count('alarms', alarmBytes);
  const alarms: ActiveAlarm[] = [];
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const alarm = readAlarm(reader);
    if (index > 0 && compareAlarms(alarms[index - 1]!, alarm) >= 0) {
      throw outOfBounds(start, 'alarm', 'above the one before', 'one below');
    }
    alarms.push(alarm);
  }
  return alarms;
}

export function writeAlarm(writer: ByteWriter, { alarm, memberId }: ActiveAlarm): void {
  writer.u8(alarmTags[alarm]);
  writer.bigU64(memberId);
}

export function readAlarm(reader: ByteReader): ActiveAlarm {
  const start = reader.offset;
  const tag = reader.u8('alarm');
  const alarm = alarmKinds[tag];
  if (alarm === undefined) throw outOfBounds(start, 'alarm', '1 (nospace) or 2 (corrupt)', String(tag));
  return { alarm, memberId: reader.bigU64('member id') };
}
