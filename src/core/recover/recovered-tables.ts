import { applyAlarmRecord } from '../alarm/alarms.ts';
import { applyAuthRecord } from '../auth/auth-state.ts';
import type { Core } from '../core.ts';
import { localAlarmDelete, localAlarmPut, localSwitchPut, localWritesOfChange } from '../format/local-auth.ts';
import { localLeaseDelete, localLeasePut } from '../format/local-layout.ts';
import type { LocalOperation } from '../../ports/local-store.ts';
import type { LogRecord } from '../types/record.ts';
import type { RecoveredTables } from './recovered.ts';

/** Keeps what is not versions as of the position; returns what the local store has to write for it. */
export function applyToTables(core: Core, tables: RecoveredTables, record: LogRecord): readonly LocalOperation[] {
  switch (record.kind) {
    case 'lease-grant':
      tables.leases.set(record.lease, record.ttlSeconds);
      return [localLeasePut(record.lease, record.ttlSeconds, core.digest)];
    case 'lease-revoke':
      tables.leases.delete(record.lease);
      return [localLeaseDelete(record.lease)];
    case 'auth':
      tables.auth = applyAuthRecord(tables.auth, record);
      return [
        ...record.changes.flatMap((change) => localWritesOfChange(change, core.digest)),
        localSwitchPut(tables.auth, core.digest),
      ];
    case 'alarm':
      tables.alarms = applyAlarmRecord(tables.alarms, record);
      return [record.active ? localAlarmPut(record, core.digest) : localAlarmDelete(record)];
    case 'write':
    case 'compact':
    case 'fence':
      return [];
  }
}
