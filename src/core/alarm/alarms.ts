import type { ActiveAlarm, AlarmKind, Alarms } from '../types/alarm.ts';
import type { AlarmRecord } from '../types/record.ts';
import { assert } from '../assert.ts';

export const noAlarms: Alarms = [];

export function applyAlarmRecord(alarms: Alarms, { alarm, memberId, active }: AlarmRecord): Alarms {
  const others = alarms.filter((other) => other.alarm !== alarm || other.memberId !== memberId);
  assert(
    active === (others.length === alarms.length),
    'an alarm is raised when it is off, and taken back when it is on',
  );
  return active ? sortedAlarms([...others, { memberId, alarm }]) : others;
}

const rank: Readonly<Record<AlarmKind, number>> = { nospace: 1, corrupt: 2 };

export function sortedAlarms(alarms: readonly ActiveAlarm[]): Alarms {
  return [...alarms].sort(compareAlarms);
}

export function compareAlarms(left: ActiveAlarm, right: ActiveAlarm): number {
  if (left.alarm !== right.alarm) return rank[left.alarm] - rank[right.alarm];
  return left.memberId < right.memberId ? -1 : left.memberId > right.memberId ? 1 : 0;
}
