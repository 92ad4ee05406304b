import { assert } from '../assert.ts';
import type { AuthChange, AuthRole, AuthState, AuthUser, Permission, PermissionType } from '../types/auth.ts';
import type { ByteString } from '../types/bytes.ts';
import { readFlag, writeFlag } from './flag.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/** The bytes of users, roles, and changes of them, wherever they are written. */

const changeTags = {
  disabled: 0,
  enabled: 1,
  'user-put': 2,
  'user-delete': 3,
  'role-put': 4,
  'role-delete': 5,
} as const;
const permissionTags = { read: 0, write: 1, readwrite: 2 } as const;
const permissionTypes: readonly PermissionType[] = ['read', 'write', 'readwrite'];

/** The least that one takes: bounds what a count may claim. */
export const authChangeBytesMin = 1;
const userBytesMin = 5;
const roleBytesMin = 2;
const nameBytesMin = 1;
const permissionBytesMin = 3;

const fieldOverheadBytes = 16;

/** At least the bytes that they take. */
export function changesBytesBound(changes: readonly AuthChange[]): number {
  return changes.reduce((sum, change) => sum + fieldOverheadBytes + contentBytesBound(change), 0);
}

function contentBytesBound(change: AuthChange): number {
  switch (change.kind) {
    case 'enabled':
      return 0;
    case 'user-put':
      return userBytesBound(change.user);
    case 'role-put':
      return roleBytesBound(change.role);
    case 'user-delete':
    case 'role-delete':
      return change.name.length;
  }
}

export function userBytesBound({ name, passwordHash, roles }: AuthUser): number {
  const rolesBytes = roles.reduce((sum, role) => sum + fieldOverheadBytes + role.length, 0);
  return 4 * fieldOverheadBytes + name.length + passwordHash.length + rolesBytes;
}

export function roleBytesBound({ name, permissions }: AuthRole): number {
  return permissions.reduce(
    (sum, { key, rangeEnd }) => sum + 2 * fieldOverheadBytes + key.length + (rangeEnd?.length ?? 0),
    2 * fieldOverheadBytes + name.length,
  );
}

/** The whole: roles and users ascend by name. */
export function writeAuth(writer: ByteWriter, { enabled, revision, roles, users }: AuthState): void {
  assert(revision > 0, 'auth revisions count from 1');
  writeFlag(writer, enabled);
  writer.varint(revision);
  writeNamed(writer, [...roles.values()], writeRole);
  writeNamed(writer, [...users.values()], writeUser);
}

export function readAuth(reader: ByteReader): AuthState {
  const enabled = readFlag(reader, 'authentication that is on');
  const revision = reader.varint('auth revision', 1);
  const roles = readNamed(reader, 'roles', roleBytesMin, readRole);
  const users = readNamed(reader, 'users', userBytesMin, readUser);
  return { enabled, revision, users, roles };
}

function writeNamed<Named extends AuthUser | AuthRole>(
  writer: ByteWriter,
  named: readonly Named[],
  write: (writer: ByteWriter, each: Named) => void,
): void {
  writer.varint(named.length);
  named.forEach((each, index) => {
    assert(index === 0 || named[index - 1]!.name < each.name, 'roles and users ascend by name');
    write(writer, each);
  });
}

function readNamed<Named extends AuthUser | AuthRole>(
  reader: ByteReader,
  what: string,
  bytesMin: number,
  read: (reader: ByteReader) => Named,
): ReadonlyMap<ByteString, Named> {
  const count = reader.count(what, bytesMin);
  const named = new Map<ByteString, Named>();
  let previous: ByteString | undefined;
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const each = read(reader);
    if (previous !== undefined && previous >= each.name) {
      throw outOfBounds(start, what, 'names that ascend', 'one that does not');
    }
    previous = each.name;
    named.set(each.name, each);
  }
  return named;
}

export function writeAuthChange(writer: ByteWriter, change: AuthChange): void {
  if (change.kind === 'enabled') {
    writer.u8(change.enabled ? changeTags.enabled : changeTags.disabled);
    return;
  }
  writer.u8(changeTags[change.kind]);
  switch (change.kind) {
    case 'user-put':
      writeUser(writer, change.user);
      return;
    case 'role-put':
      writeRole(writer, change.role);
      return;
    case 'user-delete':
    case 'role-delete':
      writer.byteString(change.name);
      return;
  }
}

export function readAuthChange(reader: ByteReader): AuthChange {
  const start = reader.offset;
  const tag = reader.u8('tag of a change');
  switch (tag) {
    case changeTags.disabled:
    case changeTags.enabled:
      return { kind: 'enabled', enabled: tag === changeTags.enabled };
    case changeTags['user-put']:
      return { kind: 'user-put', user: readUser(reader) };
    case changeTags['user-delete']:
      return { kind: 'user-delete', name: reader.byteString('user name') };
    case changeTags['role-put']:
      return { kind: 'role-put', role: readRole(reader) };
    case changeTags['role-delete']:
      return { kind: 'role-delete', name: reader.byteString('role name') };
    default:
      throw outOfBounds(start, 'tag of a change', '0 to 5', String(tag));
  }
}

export function writeUser(writer: ByteWriter, user: AuthUser): void {
  writer.byteString(user.name);
  writer.byteString(user.passwordHash);
  writeFlag(writer, user.noPassword);
  writer.varint(user.credentialRevision);
  writer.varint(user.roles.length);
  user.roles.forEach((role, index) => {
    assert(index === 0 || user.roles[index - 1]! < role, 'roles of a user ascend');
    writer.byteString(role);
  });
}

export function readUser(reader: ByteReader): AuthUser {
  const name = reader.byteString('user name');
  const passwordHash = reader.byteString('password hash');
  const noPassword = readFlag(reader, 'user without a password');
  const credentialRevision = reader.varint('revision of the password', 1);
  const count = reader.count('roles of a user', nameBytesMin);
  const roles: ByteString[] = [];
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const role = reader.byteString('role name');
    if (index > 0 && roles[index - 1]! >= role)
      throw outOfBounds(start, 'role name', 'above the one before', 'one below');
    roles.push(role);
  }
  return { name, passwordHash, noPassword, roles, credentialRevision };
}

export function writeRole(writer: ByteWriter, role: AuthRole): void {
  writer.byteString(role.name);
  writer.varint(role.permissions.length);
  role.permissions.forEach((permission, index) => {
    assert(index === 0 || role.permissions[index - 1]!.key <= permission.key, 'permissions of a role ascend by key');
    writePermission(writer, permission);
  });
}

export function readRole(reader: ByteReader): AuthRole {
  const name = reader.byteString('role name');
  const count = reader.count('permissions of a role', permissionBytesMin);
  const permissions: Permission[] = [];
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const permission = readPermission(reader);
    if (index > 0 && permissions[index - 1]!.key > permission.key) {
      throw outOfBounds(start, 'permission', 'not below the one before', 'a lower one');
    }
    permissions.push(permission);
  }
  return { name, permissions };
}

/** No end is no bytes: an end that is there is never empty. */
function writePermission(writer: ByteWriter, { type, key, rangeEnd }: Permission): void {
  assert(key !== '' && rangeEnd !== '', 'a permission has a key, and its end is not empty');
  writer.u8(permissionTags[type]);
  writer.byteString(key);
  writer.byteString(rangeEnd ?? '');
}

function readPermission(reader: ByteReader): Permission {
  const start = reader.offset;
  const type = permissionTypes[reader.u8('permission type')];
  if (type === undefined) throw outOfBounds(start, 'permission type', '0 to 2', 'another');
  const keyOffset = reader.offset;
  const key = reader.byteString('key of a permission');
  if (key === '') throw outOfBounds(keyOffset, 'key of a permission', 'one that is not empty', 'an empty one');
  const rangeEnd = reader.byteString('end of a permission');
  return { type, key, rangeEnd: rangeEnd === '' ? undefined : rangeEnd };
}
