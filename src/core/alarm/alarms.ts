import type { ActiveAlarm, AlarmKind } from '../types/alarm.ts';
import type { AlarmRecord } from '../types/record.ts';
import { assert } from '../assert.ts';

/** The alarms that are on: a value, ascending by kind, then by member. */
export type Alarms = readonly ActiveAlarm[];

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
