import type { ActiveAlarm } from '../types/alarm.ts';
import type { Evaluation } from '../types/evaluation.ts';
import type { AlarmRequest } from '../types/request.ts';
import type { AlarmResponse } from '../types/response.ts';
import { applyRecord } from '../state/apply-record.ts';
import type { State } from '../state/state.ts';
import type { Alarms } from '../types/alarm.ts';

/** Raises an alarm or takes it back. Twice is once: the answer names the alarm that was raised already, and none that was not. */
export function evaluateAlarm(state: State, { action, alarm, memberId }: AlarmRequest): Evaluation {
  const { revision } = state;
  if (action === 'get' || alarm === 'none')
    return { kind: 'answer', response: { kind: 'alarm', alarms: [] }, revision };
  const named: ActiveAlarm = { memberId, alarm };
  const isActive = state.alarms.some((other) => other.memberId === memberId && other.alarm === alarm);
  const active = action === 'activate';
  const response: AlarmResponse = { kind: 'alarm', alarms: active || isActive ? [named] : [] };
  if (active === isActive) return { kind: 'answer', response, revision };
  const record = { kind: 'alarm', alarm, memberId, active } as const;
  applyRecord(state, record);
  return { kind: 'record', record, versions: [], response, revision };
}

export function alarmsAskedFor(alarms: Alarms, { alarm }: AlarmRequest): AlarmResponse {
  return { kind: 'alarm', alarms: alarm === 'none' ? alarms : alarms.filter((active) => active.alarm === alarm) };
}
