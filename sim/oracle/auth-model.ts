import type { PlainAlarm, PlainAuthWriteRequest, PlainCaller, PlainPermission } from '../types/plain-auth.ts';
import type { PlainRange, PlainRequest, PlainTxnOperation, PlainWatchRequest } from '../types/plain.ts';
import type { DecodedAlarm, DecodedAuth, DecodedAuthChange, DecodedRole, DecodedUser } from './decoder/auth.ts';

/**
 * etcd's users, roles and alarms as values, one for each moment: what a change comes to, and what is said to whom. It shares no code with the core.
 */
export type ModelAuth = DecodedAuth;
export type ModelAlarms = readonly PlainAlarm[];

export const authNone: ModelAuth = { enabled: false, revision: 1, roles: [], users: [] };

export const authWords = {
  userEmpty: 'etcdserver: user name is empty',
  roleEmpty: 'etcdserver: role name is empty',
  userExists: 'etcdserver: user name already exists',
  userUnknown: 'etcdserver: user name not found',
  roleExists: 'etcdserver: role name already exists',
  roleUnknown: 'etcdserver: role name not found',
  roleNotGranted: 'etcdserver: role is not granted to the user',
  permissionNotGranted: 'etcdserver: permission is not granted to the role',
  noRootUser: 'etcdserver: root user does not exist',
  noRootRole: 'etcdserver: root user does not have root role',
  management: 'etcdserver: invalid auth management',
  denied: 'etcdserver: permission denied',
  invalidToken: 'etcdserver: invalid auth token',
  oldRevision: 'etcdserver: revision of auth store is old',
  noSpace: 'etcdserver: mvcc: database space exceeded',
  corrupt: 'etcdserver: corrupt cluster',
} as const;

export const authErrorWords: ReadonlySet<string> = new Set(Object.values(authWords));

/** Equal values have equal texts. */
export function authText(auth: ModelAuth): string {
  const roles = [...auth.roles]
    .sort(byName)
    .map(({ name, permissions }) => [
      name,
      permissions.map(({ type, key, rangeEnd }) => [type, key, rangeEnd ?? null]),
    ]);
  const users = [...auth.users]
    .sort(byName)
    .map(({ name, passwordHash, noPassword, credentialRevision, roles: held }) => [
      name,
      passwordHash,
      noPassword,
      credentialRevision,
      held,
    ]);
  return JSON.stringify([auth.enabled, auth.revision, roles, users]);
}

export function alarmsText(alarms: ModelAlarms): string {
  return alarms
    .map(({ alarm, memberId }) => `${alarm} of ${memberId}`)
    .sort()
    .join();
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}

export function applyChanges(auth: ModelAuth, revision: number, changes: readonly DecodedAuthChange[]): ModelAuth {
  let next = auth;
  for (const change of changes) {
    switch (change.kind) {
      case 'enabled':
        next = { ...next, enabled: change.enabled };
        break;
      case 'user-put':
        next = { ...next, users: [...next.users.filter(({ name }) => name !== change.user.name), change.user] };
        break;
      case 'user-delete':
        next = { ...next, users: next.users.filter(({ name }) => name !== change.name) };
        break;
      case 'role-put':
        next = { ...next, roles: [...next.roles.filter(({ name }) => name !== change.role.name), change.role] };
        break;
      case 'role-delete':
        next = { ...next, roles: next.roles.filter(({ name }) => name !== change.name) };
    }
  }
  return { ...next, revision };
}

export function isSameAlarm(left: DecodedAlarm, right: DecodedAlarm): boolean {
  return left.alarm === right.alarm && left.memberId === right.memberId;
}

export function applyAlarm(alarms: ModelAlarms, { alarm, memberId }: DecodedAlarm, active: boolean): ModelAlarms {
  const others = alarms.filter((other) => !isSameAlarm(other, { alarm, memberId }));
  return active ? [...others, { alarm, memberId }] : others;
}

/** What etcd says against a change, or what is there after it: the very same value where it changes nothing. */
export function authAfter(auth: ModelAuth, request: PlainAuthWriteRequest): ModelAuth | string {
  const next = auth.revision + 1;
  const user = 'name' in request ? auth.users.find(({ name }) => name === request.name) : undefined;
  const roleOf = (wanted: string) => auth.roles.find(({ name }) => name === wanted);
  const withUser = (changed: DecodedUser): ModelAuth => applyChanges(auth, next, [{ kind: 'user-put', user: changed }]);
  const withRole = (changed: DecodedRole): ModelAuth => applyChanges(auth, next, [{ kind: 'role-put', role: changed }]);
  switch (request.kind) {
    case 'auth-enable': {
      const root = auth.users.find(({ name }) => name === 'root');
      if (auth.enabled) return auth;
      if (root === undefined) return authWords.noRootUser;
      return root.roles.includes('root') ? { ...auth, enabled: true } : authWords.noRootRole;
    }
    case 'auth-disable':
      return auth.enabled ? { ...auth, enabled: false, revision: next } : auth;
    case 'auth-user-add': {
      const { name, noPassword } = request;
      if (name === '') return authWords.userEmpty;
      if (user !== undefined) return authWords.userExists;
      const passwordHash = noPassword ? '' : request.passwordHash;
      return withUser({ name, passwordHash, noPassword, credentialRevision: next, roles: [] });
    }
    case 'auth-user-delete':
      if (auth.enabled && request.name === 'root') return authWords.management;
      if (user === undefined) return authWords.userUnknown;
      return applyChanges(auth, next, [{ kind: 'user-delete', name: request.name }]);
    case 'auth-user-change-password':
      if (user === undefined) return authWords.userUnknown;
      return withUser({
        ...user,
        passwordHash: user.noPassword ? '' : request.passwordHash,
        credentialRevision: next,
      });
    case 'auth-user-grant-role':
      if (user === undefined) return authWords.userUnknown;
      if (request.role !== 'root' && roleOf(request.role) === undefined) return authWords.roleUnknown;
      if (user.roles.includes(request.role)) return auth;
      return withUser({ ...user, roles: [...user.roles, request.role].sort() });
    case 'auth-user-revoke-role':
      if (auth.enabled && request.name === 'root' && request.role === 'root') return authWords.management;
      if (user === undefined) return authWords.userUnknown;
      if (!user.roles.includes(request.role)) return authWords.roleNotGranted;
      return withUser({ ...user, roles: user.roles.filter((role) => role !== request.role) });
    case 'auth-role-add':
      if (request.name === '') return authWords.roleEmpty;
      if (roleOf(request.name) !== undefined) return authWords.roleExists;
      return withRole({ name: request.name, permissions: [] });
    case 'auth-role-delete': {
      const { role } = request;
      if (auth.enabled && role === 'root') return authWords.management;
      if (roleOf(role) === undefined) return authWords.roleUnknown;
      const users = auth.users.map((holder) => ({ ...holder, roles: holder.roles.filter((held) => held !== role) }));
      return { ...auth, revision: next, users, roles: auth.roles.filter(({ name }) => name !== role) };
    }
    case 'auth-role-grant-permission': {
      const { type, key, rangeEnd } = request.permission;
      if (key === '' || (rangeEnd !== undefined && rangeEnd !== '\0' && rangeEnd <= key)) return authWords.management;
      const role = roleOf(request.role);
      if (role === undefined) return authWords.roleUnknown;
      const granted = { type, key, rangeEnd };
      const known = role.permissions.some((held) => held.key === key && held.rangeEnd === rangeEnd);
      const permissions = known
        ? role.permissions.map((held) => (held.key === key && held.rangeEnd === rangeEnd ? granted : held))
        : [...role.permissions, granted];
      return withRole({ ...role, permissions: permissions.sort((left, right) => byKey(left.key, right.key)) });
    }
    case 'auth-role-revoke-permission': {
      const role = roleOf(request.role);
      if (role === undefined) return authWords.roleUnknown;
      const left = role.permissions.filter(({ key, rangeEnd }) => key !== request.key || rangeEnd !== request.rangeEnd);
      if (left.length === role.permissions.length) return authWords.permissionNotGranted;
      return withRole({ ...role, permissions: left });
    }
  }
}

function byKey(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** What a request is judged by. */
export interface AuthMoment {
  readonly auth: ModelAuth;
  readonly alarms: ModelAlarms;
  /** Of a lease; undefined: of all leases. */
  keysOfLease(lease: string | undefined): readonly string[];
}

/** What is said to the caller before anybody looks at what is asked for; undefined: nothing. */
export function refusalAt(moment: AuthMoment, request: PlainRequest): string | undefined {
  const { auth, alarms } = moment;
  const { caller } = request;
  const alarmed = alarmRefusal(alarms, request);
  if (caller === undefined || !auth.enabled) return alarmed;
  const user = userOf(auth, caller);
  return (
    tokenRefusal(caller, user) ??
    standingRefusal(request, caller, user) ??
    alarmed ??
    keysRefusal(auth, caller, user, wantedBy(moment, request))
  );
}

/** The same of a watch, which is judged once: when it is created. An empty key stands for the first one. */
export function watchRefusalAt(auth: ModelAuth, request: PlainWatchRequest): string | undefined {
  const { caller } = request;
  if (caller === undefined || !auth.enabled) return undefined;
  const user = userOf(auth, caller);
  const range = rangeOf(request.key === '' ? { ...request, key: '\0' } : request);
  return tokenRefusal(caller, user) ?? keysRefusal(auth, caller, user, [{ type: 'read', ...range }]);
}

function userOf(auth: ModelAuth, caller: PlainCaller): DecodedUser | undefined {
  return caller.kind === 'user' ? auth.users.find(({ name }) => name === caller.name) : undefined;
}

function tokenRefusal(caller: PlainCaller, user: DecodedUser | undefined): string | undefined {
  if (caller.kind === 'invalid-token') return authWords.invalidToken;
  if (caller.kind !== 'user' || caller.credentialRevision === undefined) return undefined;
  return user?.credentialRevision === caller.credentialRevision ? undefined : authWords.invalidToken;
}

function alarmRefusal(alarms: ModelAlarms, request: PlainRequest): string | undefined {
  const isOn = (kind: PlainAlarm['alarm']) => alarms.some(({ alarm }) => alarm === kind);
  const { kind } = request;
  const changes =
    kind === 'put' ||
    kind === 'delete-range' ||
    kind === 'compact' ||
    kind === 'lease-grant' ||
    kind === 'lease-revoke' ||
    (kind === 'txn' && operationsIn(request).some((each) => each.kind === 'put' || each.kind === 'delete-range'));
  if (isOn('corrupt') && changes) return authWords.corrupt;
  const takesSpace =
    kind === 'put' ||
    kind === 'lease-grant' ||
    (kind === 'txn' && operationsIn(request).some((each) => each.kind === 'put'));
  return isOn('nospace') && takesSpace ? authWords.noSpace : undefined;
}

/** All of a transaction, whichever branch it is in, and nested ones too. */
function operationsIn(operation: PlainTxnOperation): readonly PlainTxnOperation[] {
  if (operation.kind !== 'txn') return [operation];
  return [operation, ...[...(operation.success ?? []), ...(operation.failure ?? [])].flatMap(operationsIn)];
}

function standingRefusal(
  request: PlainRequest,
  caller: PlainCaller,
  user: DecodedUser | undefined,
): string | undefined {
  const name = caller.kind === 'user' ? caller.name : '';
  const asRoot = () => {
    if (name === '') return authWords.userEmpty;
    if (user === undefined) return authWords.userUnknown;
    return user.roles.includes('root') ? undefined : authWords.denied;
  };
  switch (request.kind) {
    case 'range':
    case 'put':
    case 'delete-range':
    case 'txn':
    case 'auth-status':
      return undefined;
    case 'lease-grant':
    case 'lease-revoke':
    case 'lease-keep-alive':
    case 'lease-time-to-live':
    case 'lease-leases':
      return name === '' ? authWords.userEmpty : undefined;
    case 'alarm':
      if (request.action !== 'get') return asRoot();
      return name === '' ? authWords.userEmpty : undefined;
    case 'auth-user-get':
      return request.name === name ? undefined : asRoot();
    case 'auth-role-get':
      return user?.roles.includes(request.role) === true ? undefined : asRoot();
    default:
      return asRoot();
  }
}

interface Wanted extends PlainRange {
  readonly type: 'read' | 'write';
  /** It hangs on a lease: root need not look at the age of its token. */
  readonly onLease?: true;
}

function keysRefusal(
  auth: ModelAuth,
  caller: PlainCaller,
  user: DecodedUser | undefined,
  wanted: readonly Wanted[],
): string | undefined {
  const isRoot = user?.roles.includes('root') === true;
  const permissions = auth.roles
    .filter(({ name }) => user?.roles.includes(name) === true)
    .flatMap((role) => role.permissions);
  for (const { type, onLease, ...range } of wanted) {
    if (isRoot && onLease === true) continue;
    if (caller.kind !== 'user' || caller.authRevision === 0) return authWords.userEmpty;
    if (caller.authRevision !== undefined && caller.authRevision !== auth.revision) return authWords.oldRevision;
    if (isRoot) continue;
    if (user === undefined || !isGranted(permissions, type, range)) return authWords.denied;
  }
  return undefined;
}

function wantedBy(moment: AuthMoment, request: PlainRequest): readonly Wanted[] {
  const onLease = (type: Wanted['type'], lease: string | undefined) =>
    moment.keysOfLease(lease).map((key): Wanted => ({ type, key, onLease: true }));
  switch (request.kind) {
    case 'lease-revoke':
    case 'lease-keep-alive':
      return onLease('write', request.id);
    case 'lease-time-to-live':
      return request.keys === true ? onLease('read', request.id) : [];
    case 'lease-leases':
      return onLease('read', undefined);
    case 'range':
    case 'put':
    case 'delete-range':
    case 'txn':
      return operationsIn(request).flatMap((operation) => wantedByOperation(operation, onLease));
    default:
      return [];
  }
}

function wantedByOperation(
  operation: PlainTxnOperation,
  onLease: (type: Wanted['type'], lease: string) => readonly Wanted[],
): readonly Wanted[] {
  switch (operation.kind) {
    case 'range':
      return [{ type: 'read', ...rangeOf(operation) }];
    case 'put': {
      const { key, lease = '0', previousKv } = operation;
      const seen: readonly Wanted[] = previousKv === true ? [{ type: 'read', key }] : [];
      return [{ type: 'write', key }, ...(lease === '0' ? [] : onLease('write', lease)), ...seen];
    }
    case 'delete-range': {
      const range = rangeOf(operation);
      const seen: readonly Wanted[] = operation.previousKv === true ? [{ type: 'read', ...range }] : [];
      return [{ type: 'write', ...range }, ...seen];
    }
    case 'txn':
      return (operation.compare ?? []).map((compare) => ({ type: 'read', ...rangeOf(compare) }));
  }
}

function rangeOf({ key, rangeEnd }: PlainRange): PlainRange {
  return rangeEnd === undefined ? { key } : { key, rangeEnd };
}

/** Walks from the range's first key on, as far as permissions reach. */
function isGranted(
  permissions: readonly (Omit<PlainPermission, 'rangeEnd'> & { readonly rangeEnd: string | undefined })[],
  type: Wanted['type'],
  { key, rangeEnd }: PlainRange,
): boolean {
  const fitting = permissions.filter((permission) => permission.type === type || permission.type === 'readwrite');
  /** Undefined: nothing holds it; null: without end. */
  const endAt = (at: string): string | null | undefined => {
    let last: string | undefined;
    for (const held of fitting) {
      if (held.key > at) continue;
      if (held.rangeEnd === '\0') return null;
      const end = held.rangeEnd ?? `${held.key}\0`;
      if (at < end && (last === undefined || end > last)) last = end;
    }
    return last;
  };
  for (let at = key; ;) {
    const end = endAt(at);
    if (end === undefined) return false;
    if (end === null || rangeEnd === undefined) return true;
    if (rangeEnd !== '\0' && end >= rangeEnd) return true;
    at = end;
  }
}
