import type { ActiveAlarm, AlarmKind } from '../types/alarm.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/** The bytes of an alarm: its kind, then the member that raised it. */

const alarmTags = { nospace: 1, corrupt: 2 } as const;
const alarmKinds: readonly (AlarmKind | undefined)[] = [undefined, 'nospace', 'corrupt'];

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
