import { sortedAlarms } from '../alarm/alarms.ts';
import { authInitial } from '../auth/auth-state.ts';
import type { Core } from '../core.ts';
import type { Decoded } from '../format/damage.ts';
import {
  decodeLocalAlarm,
  decodeLocalRole,
  decodeLocalSwitch,
  decodeLocalUser,
  localAlarmRange,
  localRoleRange,
  localSwitchRange,
  localUserRange,
} from '../format/local-auth.ts';
import type { LocalRange } from '../format/local-entry.ts';
import { decodeLocalLease, localLeaseRange } from '../format/local-layout.ts';
import type { LocalEntry } from '../../ports/local-store.ts';
import type { Task } from '../task.ts';
import type { AuthState } from '../types/auth.ts';
import type { RecoveredTables } from './recovered.ts';
import { scanAll } from './scan-all.ts';

/** What the local store holds beside versions. A text says what is wrong with it. */
export function* loadLocalTables(core: Core): Task<RecoveredTables | string> {
  const leases = yield* decodeAll(localLeaseRange, 'a lease', (entry) => decodeLocalLease(entry, core.digest));
  if (typeof leases === 'string') return leases;
  const alarms = yield* decodeAll(localAlarmRange, 'an alarm', (entry) => decodeLocalAlarm(entry, core.digest));
  if (typeof alarms === 'string') return alarms;
  const auth = yield* loadLocalAuth(core);
  if (typeof auth === 'string') return auth;
  return {
    leases: new Map(leases.map(({ lease, ttlSeconds }) => [lease, ttlSeconds])),
    alarms: sortedAlarms(alarms),
    auth,
  };
}

function* loadLocalAuth(core: Core): Task<AuthState | string> {
  const switches = yield* decodeAll(localSwitchRange, 'the switch of authentication', (entry) =>
    decodeLocalSwitch(entry, core.digest),
  );
  if (typeof switches === 'string') return switches;
  const roles = yield* decodeAll(localRoleRange, 'a role', (entry) => decodeLocalRole(entry, core.digest));
  if (typeof roles === 'string') return roles;
  const users = yield* decodeAll(localUserRange, 'a user', (entry) => decodeLocalUser(entry, core.digest));
  if (typeof users === 'string') return users;
  const [found] = switches;
  if (found === undefined && roles.length + users.length > 0) return 'it holds users or roles, and no auth revision';
  return {
    ...(found ?? authInitial),
    users: new Map(users.map((user) => [user.name, user])),
    roles: new Map(roles.map((role) => [role.name, role])),
  };
}

function* decodeAll<Value>(
  range: LocalRange,
  what: string,
  decode: (entry: LocalEntry) => Decoded<Value>,
): Task<readonly Value[] | string> {
  const values: Value[] = [];
  const problem = yield* scanAll(range, (entry) => {
    const decoded = decode(entry);
    if (decoded.kind === 'damaged') return `${what} in it is damaged`;
    values.push(decoded.value);
    return undefined;
  });
  return problem ?? values;
}
