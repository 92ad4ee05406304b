import type { ActiveAlarm } from '../core/types/alarm.ts';
import type { AuthContent } from '../core/types/auth.ts';
import type { LeaseGrantState } from '../core/types/log.ts';
import type { Version } from '../core/types/version.ts';
import { authPairs, rolePairs, userPairs } from './schema/auth.ts';
import { alarmPairs, clusterPairs, memberPairs, type EtcdMember } from './schema/cluster.ts';
import type { BucketName, Pair } from './schema/buckets.ts';
import { leasePairs } from './schema/lease.ts';
import { metaPairs } from './schema/meta.ts';

/** Everything that an etcd keeps in its database, as T4 has it. */
export interface EtcdContent {
  readonly revision: number;
  readonly compactRevision: number;
  /** Of the last record in it, and the term of who wrote it: never 0. */
  readonly consistentIndex: number;
  readonly term: number;
  /** All that are retained, ascending by revision. */
  readonly versions: readonly Version[];
  readonly leases: readonly LeaseGrantState[];
  readonly auth: AuthContent;
  readonly alarms: readonly ActiveAlarm[];
  readonly members: readonly EtcdMember[];
}

/** What is in a bucket other than `key`. */
export function pairsOf(content: EtcdContent, bucket: Exclude<BucketName, 'key'>): readonly Pair[] {
  switch (bucket) {
    case 'alarm':
      return alarmPairs(content.alarms);
    case 'auth':
      return authPairs(content.auth);
    case 'authRoles':
      return rolePairs(content.auth);
    case 'authUsers':
      return userPairs(content.auth);
    case 'cluster':
      return clusterPairs();
    case 'lease':
      return leasePairs(content.leases);
    case 'members':
      return memberPairs(content.members);
    case 'members_removed':
      return [];
    case 'meta':
      return metaPairs(
        content,
        content.members.map(({ id }) => id),
      );
  }
}
