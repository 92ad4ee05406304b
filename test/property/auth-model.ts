import type { Caller, Permission, PermissionType } from '../../src/core/types/auth.ts';
import type { KeyRange } from '../../src/core/types/key-range.ts';
import type { AuthWriteRequest } from '../../src/core/types/request.ts';

/**
 * etcd's users and roles as plain tables that are changed in place, told by etcd's words: written from its documentation and its source
 * (`server/auth/store.go`), and from nothing of ours.
 */
export interface AuthModel {
  enabled: boolean;
  revision: number;
  readonly users: Map<string, ModelUser>;
  readonly roles: Map<string, Map<string, Permission>>;
}

export interface ModelUser {
  hash: string;
  readonly noPassword: boolean;
  readonly roles: Set<string>;
  passwordSetAt: number;
}

export function createAuthModel(): AuthModel {
  return { enabled: false, revision: 1, users: new Map(), roles: new Map() };
}

/** What etcd says against it; undefined: it is done. */
export function modelAuth(model: AuthModel, request: AuthWriteRequest): string | undefined {
  const { users, roles } = model;
  switch (request.kind) {
    case 'auth-enable': {
      if (model.enabled) return undefined;
      if (!users.has('root')) return 'root user does not exist';
      if (!users.get('root')!.roles.has('root')) return 'root user does not have root role';
      model.enabled = true;
      return undefined;
    }
    case 'auth-disable':
      if (model.enabled) model.revision += 1;
      model.enabled = false;
      return undefined;
    case 'auth-user-add':
      if (request.name === '') return 'user name is empty';
      if (users.has(request.name)) return 'user name already exists';
      model.revision += 1;
      users.set(request.name, {
        hash: request.noPassword ? '' : request.passwordHash,
        noPassword: request.noPassword,
        roles: new Set(),
        passwordSetAt: model.revision,
      });
      return undefined;
    case 'auth-user-delete':
      if (model.enabled && request.name === 'root') return 'invalid auth management';
      if (!users.delete(request.name)) return 'user name not found';
      model.revision += 1;
      return undefined;
    case 'auth-user-change-password': {
      const user = users.get(request.name);
      if (user === undefined) return 'user name not found';
      model.revision += 1;
      if (!user.noPassword) user.hash = request.passwordHash;
      user.passwordSetAt = model.revision;
      return undefined;
    }
    case 'auth-user-grant-role': {
      const user = users.get(request.name);
      if (user === undefined) return 'user name not found';
      if (request.role !== 'root' && !roles.has(request.role)) return 'role name not found';
      if (user.roles.has(request.role)) return undefined;
      user.roles.add(request.role);
      model.revision += 1;
      return undefined;
    }
    case 'auth-user-revoke-role': {
      if (model.enabled && request.name === 'root' && request.role === 'root') return 'invalid auth management';
      const user = users.get(request.name);
      if (user === undefined) return 'user name not found';
      if (!user.roles.delete(request.role)) return 'role is not granted to the user';
      model.revision += 1;
      return undefined;
    }
    case 'auth-role-add':
      if (request.name === '') return 'role name is empty';
      if (roles.has(request.name)) return 'role name already exists';
      roles.set(request.name, new Map());
      model.revision += 1;
      return undefined;
    case 'auth-role-delete':
      if (model.enabled && request.role === 'root') return 'invalid auth management';
      if (!roles.delete(request.role)) return 'role name not found';
      for (const user of users.values()) user.roles.delete(request.role);
      model.revision += 1;
      return undefined;
    case 'auth-role-grant-permission': {
      const { permission } = request;
      if (permission === undefined) return 'permission not given';
      if (permission.key === '') return 'invalid auth management';
      if (permission.rangeEnd !== undefined && permission.rangeEnd !== '\0' && permission.rangeEnd <= permission.key) {
        return 'invalid auth management';
      }
      const role = roles.get(request.role);
      if (role === undefined) return 'role name not found';
      role.set(nameOf(permission), permission);
      model.revision += 1;
      return undefined;
    }
    case 'auth-role-revoke-permission': {
      const role = roles.get(request.role);
      if (role === undefined) return 'role name not found';
      if (!role.delete(nameOf(request))) return 'permission is not granted to the role';
      model.revision += 1;
      return undefined;
    }
  }
}

function nameOf({ key, rangeEnd }: KeyRange): string {
  return JSON.stringify([key, rangeEnd ?? null]);
}

/** What is said to who asks for keys while authentication is on; undefined: they may. */
export function modelAccess(
  model: AuthModel,
  caller: Caller,
  type: 'read' | 'write',
  range: KeyRange,
): string | undefined {
  if (caller.kind === 'anonymous') return 'user name is empty';
  if (caller.kind === 'invalid-token') return 'invalid auth token';
  const user = model.users.get(caller.name);
  if (caller.credentialRevision !== undefined && user?.passwordSetAt !== caller.credentialRevision) {
    return 'invalid auth token';
  }
  if (caller.authRevision !== undefined && caller.authRevision !== model.revision)
    return 'revision of auth store is old';
  if (user === undefined) return 'permission denied';
  if (user.roles.has('root')) return undefined;
  const permissions = [...user.roles].flatMap((role) => [...(model.roles.get(role)?.values() ?? [])]);
  return mayReach(permissions, type, range) ? undefined : 'permission denied';
}

/**
 * Whether every key of the range is in some permission of the kind. What is not granted begins, if anywhere, at the range's first key or where some
 * permission ends: so those are the only keys to ask about.
 */
export function mayReach(
  permissions: readonly Permission[],
  type: PermissionType,
  { key, rangeEnd }: KeyRange,
): boolean {
  const fitting = permissions.filter((permission) => permission.type === type || permission.type === 'readwrite');
  const isEmpty = rangeEnd !== undefined && rangeEnd !== '\0' && rangeEnd <= key;
  const isBelowEnd = (at: string) => rangeEnd === '\0' || at < rangeEnd!;
  const asked =
    rangeEnd === undefined || isEmpty
      ? [key]
      : [key, ...fitting.map(endOf).filter((end) => end !== undefined && end > key && isBelowEnd(end))];
  if (rangeEnd === '\0' && !fitting.some((permission) => permission.rangeEnd === '\0')) return false;
  return asked.every((at) => fitting.some((permission) => holds(permission, at!)));
}

function endOf({ key, rangeEnd }: Permission): string | undefined {
  return rangeEnd === '\0' ? undefined : (rangeEnd ?? `${key}\0`);
}

function holds(permission: Permission, at: string): boolean {
  const end = endOf(permission);
  return permission.key <= at && (end === undefined || at < end);
}
