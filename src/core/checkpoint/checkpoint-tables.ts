import type { LocalOperation } from '../../ports/local-store.ts';
import type { Core } from '../core.ts';
import { localAlarmPut, localWritesOfAuth } from '../format/local-auth.ts';
import { localLeasePut } from '../format/local-layout.ts';
import type { RecoveredTables } from '../recover/recovered.ts';
import type { Checkpoint } from '../types/log.ts';

/** What a checkpoint holds in itself, beside the versions in its chunks. */
export type CheckpointTables = Pick<Checkpoint, 'leases' | 'auth' | 'alarms'>;

export function checkpointTablesOf({ leases, auth, alarms }: RecoveredTables): CheckpointTables {
  const ascending = [...leases].sort(([left], [right]) => (left < right ? -1 : 1));
  return { leases: ascending.map(([lease, ttlSeconds]) => ({ lease, ttlSeconds })), auth, alarms };
}

export function tablesOf({ leases, auth, alarms }: CheckpointTables): RecoveredTables {
  return { leases: new Map(leases.map(({ lease, ttlSeconds }) => [lease, ttlSeconds])), auth, alarms };
}

/** For a local store that has none of it, or the very same. */
export function localWritesOfTables(core: Core, { leases, auth, alarms }: RecoveredTables): readonly LocalOperation[] {
  return [
    ...[...leases].map(([lease, ttlSeconds]) => localLeasePut(lease, ttlSeconds, core.digest)),
    ...localWritesOfAuth(auth, core.digest),
    ...alarms.map((alarm) => localAlarmPut(alarm, core.digest)),
  ];
}
