import type { ActiveAlarm } from '../../core/types/alarm.ts';
import type { AlarmRequest as CoreAlarmRequest } from '../../core/types/request.ts';
import {
  AlarmRequest_AlarmAction,
  AlarmType,
  type AlarmMember,
  type AlarmRequest,
} from '../generated/etcdserverpb/maintenance.ts';

const kinds = [
  ['nospace', AlarmType.NOSPACE, 'NOSPACE'],
  ['corrupt', AlarmType.CORRUPT, 'CORRUPT'],
] as const satisfies readonly (readonly [ActiveAlarm['alarm'], AlarmType, string])[];

const actions = new Map<AlarmRequest_AlarmAction, CoreAlarmRequest['action']>([
  [AlarmRequest_AlarmAction.GET, 'get'],
  [AlarmRequest_AlarmAction.ACTIVATE, 'activate'],
  [AlarmRequest_AlarmAction.DEACTIVATE, 'deactivate'],
]);

/** Undefined: an action or an alarm that no etcd knows, about which there is nothing to do and nothing to tell. */
export function alarmRequestOf({ action, alarm, memberID }: AlarmRequest): CoreAlarmRequest | undefined {
  const what = actions.get(action);
  const kind = alarm === AlarmType.NONE ? 'none' : kinds.find(([, type]) => type === alarm)?.[0];
  if (what === undefined || kind === undefined) return undefined;
  return { kind: 'alarm', action: what, alarm: kind, memberId: memberID };
}

export function alarmMemberOf({ memberId, alarm }: ActiveAlarm): AlarmMember {
  return { memberID: memberId, alarm: kinds.find(([kind]) => kind === alarm)![1] };
}

/** As etcd's status tells it. */
export function alarmText({ memberId, alarm }: ActiveAlarm): string {
  return `memberID:${memberId} alarm:${kinds.find(([kind]) => kind === alarm)![2]} `;
}
