import type { ActiveAlarm } from '../../core/types/alarm.ts';
import { AlarmMember, AlarmType } from '../../server/generated/etcdserverpb/maintenance.ts';
import { etcdStorageVersion } from '../../server/version.ts';
import { bytesOf } from '../../server/wire/bytes.ts';
import type { Pair } from './buckets.ts';

/** The buckets that say whose database it is: `members`, `cluster` and `alarm`. A restore makes other members of it. */
export interface EtcdMember {
  readonly id: bigint;
  readonly name: string;
  readonly clientUrls: readonly string[];
}

/** In hexadecimal, the member as JSON; in two halves, of which the second is what a member tells of itself. */
export function memberPairs(members: readonly EtcdMember[]): readonly Pair[] {
  const named = members.map(({ id, name, clientUrls }) => {
    const fields = [
      `"id":${BigInt.asUintN(64, id)}`,
      '"peerURLs":[]',
      ...(name === '' ? [] : [`"name":${JSON.stringify(name)}`]),
      ...(clientUrls.length === 0 ? [] : [`"clientURLs":${JSON.stringify(clientUrls)}`]),
    ];
    return { key: BigInt.asUintN(64, id).toString(16), value: `{${fields.join(',')}}` };
  });
  return named
    .sort((left, right) => (left.key < right.key ? -1 : 1))
    .map(({ key, value }) => ({ key: bytesOf(key), value: Buffer.from(value, 'utf8') }));
}

export function clusterPairs(): readonly Pair[] {
  return [{ key: bytesOf('clusterVersion'), value: bytesOf(etcdStorageVersion) }];
}

const alarmTypes = { nospace: AlarmType.NOSPACE, corrupt: AlarmType.CORRUPT } as const;

/** The alarm is the key. */
export function alarmPairs(alarms: readonly ActiveAlarm[]): readonly Pair[] {
  const keys = alarms.map(({ memberId, alarm }) =>
    AlarmMember.encode({ memberID: BigInt.asUintN(64, memberId), alarm: alarmTypes[alarm] }).finish(),
  );
  return keys.sort(Buffer.compare).map((key) => ({ key, value: new Uint8Array(0) }));
}
