import { clientErrors, type ClientError } from '../types/error.ts';
import type { AuthChange, AuthRole, AuthUser, Permission } from '../types/auth.ts';
import type { ByteString } from '../types/bytes.ts';
import type { Evaluation } from '../types/evaluation.ts';
import type { KeyRange } from '../types/key-range.ts';
import type { AuthRecord } from '../types/record.ts';
import type { AuthWriteRequest } from '../types/request.ts';
import { endOfRange } from '../state/key-range.ts';
import { applyRecord } from '../state/apply-record.ts';
import type { State } from '../state/state.ts';
import type { AuthState } from '../types/auth.ts';
import { rootName } from './identity.ts';

/**
 * What a change of users, roles or the switch comes to, in etcd's words and by its rules (`server/auth/store.go`). The record holds what the
 * users and roles are afterwards, so that replaying it decides nothing.
 */
export function evaluateAuth(state: State, request: AuthWriteRequest): Evaluation {
  const outcome = changesOf(state.auth, request);
  const { revision } = state;
  if (outcome.kind === 'refused') return { kind: 'error', error: outcome.error };
  const response = { kind: request.kind };
  if (outcome.changes.length === 0) return { kind: 'answer', response, revision };
  const record: AuthRecord = { kind: 'auth', authRevision: outcome.authRevision, changes: outcome.changes };
  applyRecord(state, record);
  return { kind: 'record', record, versions: [], response, revision };
}

type Outcome =
  /** None: it is as it was asked for already. */
  | { readonly kind: 'changes'; readonly authRevision: number; readonly changes: readonly AuthChange[] }
  | { readonly kind: 'refused'; readonly error: ClientError };

function changesOf(auth: AuthState, request: AuthWriteRequest): Outcome {
  switch (request.kind) {
    case 'auth-enable':
      return enable(auth);
    case 'auth-disable':
      return auth.enabled ? changed(auth, [{ kind: 'enabled', enabled: false }]) : changed(auth, []);
    case 'auth-user-add': {
      const { name, passwordHash, noPassword } = request;
      if (name === '') return refused(clientErrors.userNameEmpty);
      if (auth.users.has(name)) return refused(clientErrors.userAlreadyExist);
      return putUser(auth, {
        name,
        passwordHash: noPassword ? '' : passwordHash,
        noPassword,
        roles: [],
        credentialRevision: auth.revision + 1,
      });
    }
    case 'auth-user-delete':
      if (auth.enabled && request.name === rootName) return refused(clientErrors.invalidAuthManagement);
      if (!auth.users.has(request.name)) return refused(clientErrors.userNotFound);
      return changed(auth, [{ kind: 'user-delete', name: request.name }]);
    case 'auth-user-change-password': {
      const user = auth.users.get(request.name);
      if (user === undefined) return refused(clientErrors.userNotFound);
      const passwordHash = user.noPassword ? '' : request.passwordHash;
      return putUser(auth, { ...user, passwordHash, credentialRevision: auth.revision + 1 });
    }
    case 'auth-user-grant-role':
      return grantRole(auth, request.name, request.role);
    case 'auth-user-revoke-role':
      return revokeRole(auth, request.name, request.role);
    case 'auth-role-add':
      if (request.name === '') return refused(clientErrors.roleNameEmpty);
      if (auth.roles.has(request.name)) return refused(clientErrors.roleAlreadyExist);
      return putRole(auth, { name: request.name, permissions: [] });
    case 'auth-role-delete':
      return deleteRole(auth, request.role);
    case 'auth-role-grant-permission':
      return grantPermission(auth, request.role, request.permission);
    case 'auth-role-revoke-permission':
      return revokePermission(auth, request.role, request);
  }
}

function refused(error: ClientError): Outcome {
  return { kind: 'refused', error };
}

/** Every change counts, but for turning the switch on. */
function changed(auth: AuthState, changes: readonly AuthChange[]): Outcome {
  return { kind: 'changes', authRevision: auth.revision + 1, changes };
}

function putUser(auth: AuthState, user: AuthUser): Outcome {
  return changed(auth, [{ kind: 'user-put', user }]);
}

function putRole(auth: AuthState, role: AuthRole): Outcome {
  return changed(auth, [{ kind: 'role-put', role }]);
}

function enable(auth: AuthState): Outcome {
  if (auth.enabled) return changed(auth, []);
  const root = auth.users.get(rootName);
  if (root === undefined) return refused(clientErrors.rootUserNotExist);
  if (!root.roles.includes(rootName)) return refused(clientErrors.rootRoleNotExist);
  return { kind: 'changes', authRevision: auth.revision, changes: [{ kind: 'enabled', enabled: true }] };
}

function grantRole(auth: AuthState, name: ByteString, role: ByteString): Outcome {
  const user = auth.users.get(name);
  if (user === undefined) return refused(clientErrors.userNotFound);
  if (role !== rootName && !auth.roles.has(role)) return refused(clientErrors.roleNotFound);
  if (user.roles.includes(role)) return changed(auth, []);
  return putUser(auth, { ...user, roles: [...user.roles, role].sort() });
}

function revokeRole(auth: AuthState, name: ByteString, role: ByteString): Outcome {
  if (auth.enabled && name === rootName && role === rootName) return refused(clientErrors.invalidAuthManagement);
  const user = auth.users.get(name);
  if (user === undefined) return refused(clientErrors.userNotFound);
  if (!user.roles.includes(role)) return refused(clientErrors.roleNotGranted);
  return putUser(auth, withoutRole(user, role));
}

function withoutRole(user: AuthUser, role: ByteString): AuthUser {
  return { ...user, roles: user.roles.filter((held) => held !== role) };
}

function deleteRole(auth: AuthState, name: ByteString): Outcome {
  if (auth.enabled && name === rootName) return refused(clientErrors.invalidAuthManagement);
  if (!auth.roles.has(name)) return refused(clientErrors.roleNotFound);
  const holders = [...auth.users.values()].filter(({ roles }) => roles.includes(name));
  return changed(auth, [
    { kind: 'role-delete', name },
    ...holders.map((user): AuthChange => ({ kind: 'user-put', user: withoutRole(user, name) })),
  ]);
}

function grantPermission(auth: AuthState, name: ByteString, permission: Permission | undefined): Outcome {
  if (permission === undefined) return refused(clientErrors.permissionNotGiven);
  if (!isRangeOfPermission(permission)) return refused(clientErrors.invalidAuthManagement);
  const role = auth.roles.get(name);
  if (role === undefined) return refused(clientErrors.roleNotFound);
  const { permissions } = role;
  const held = permissions.findIndex((other) => isSameRange(other, permission));
  return putRole(auth, {
    name,
    permissions: held === -1 ? inserted(permissions, permission) : permissions.with(held, permission),
  });
}

function isRangeOfPermission({ key, rangeEnd }: KeyRange): boolean {
  if (key === '') return false;
  if (rangeEnd === undefined) return true;
  const end = endOfRange(rangeEnd);
  return end === undefined || key < end;
}

/** After those with the same key. */
function inserted(permissions: readonly Permission[], permission: Permission): readonly Permission[] {
  const place = permissions.findIndex(({ key }) => key > permission.key);
  return permissions.toSpliced(place === -1 ? permissions.length : place, 0, permission);
}

function revokePermission(auth: AuthState, name: ByteString, range: KeyRange): Outcome {
  const role = auth.roles.get(name);
  if (role === undefined) return refused(clientErrors.roleNotFound);
  const permissions = role.permissions.filter((held) => !isSameRange(held, range));
  if (permissions.length === role.permissions.length) return refused(clientErrors.permissionNotGranted);
  return putRole(auth, { name, permissions });
}

function isSameRange(left: KeyRange, right: KeyRange): boolean {
  return left.key === right.key && left.rangeEnd === right.rangeEnd;
}
