import { FormatError, type Cursor } from './cursor.ts';

/** Who may do what, and alarms, read from docs/design/0004-format.md alone. Member ids are decimal. */

export interface DecodedPermission {
  readonly type: 'read' | 'write' | 'readwrite';
  readonly key: string;
  /** Undefined: the one key. */
  readonly rangeEnd: string | undefined;
}

export interface DecodedRole {
  readonly name: string;
  readonly permissions: readonly DecodedPermission[];
}

export interface DecodedUser {
  readonly name: string;
  readonly passwordHash: string;
  readonly noPassword: boolean;
  readonly credentialRevision: number;
  readonly roles: readonly string[];
}

export interface DecodedAuth {
  readonly enabled: boolean;
  readonly revision: number;
  readonly roles: readonly DecodedRole[];
  readonly users: readonly DecodedUser[];
}

export interface DecodedAlarm {
  readonly alarm: 'nospace' | 'corrupt';
  readonly memberId: string;
}

export type DecodedAuthChange =
  | { readonly kind: 'enabled'; readonly enabled: boolean }
  | { readonly kind: 'user-put'; readonly user: DecodedUser }
  | { readonly kind: 'user-delete'; readonly name: string }
  | { readonly kind: 'role-put'; readonly role: DecodedRole }
  | { readonly kind: 'role-delete'; readonly name: string };

export function decodeAuthChange(cursor: Cursor): DecodedAuthChange {
  const tag = cursor.u8();
  switch (tag) {
    case 0:
    case 1:
      return { kind: 'enabled', enabled: tag === 1 };
    case 2:
      return { kind: 'user-put', user: decodeUser(cursor) };
    case 3:
      return { kind: 'user-delete', name: cursor.byteString() };
    case 4:
      return { kind: 'role-put', role: decodeRole(cursor) };
    case 5:
      return { kind: 'role-delete', name: cursor.byteString() };
    default:
      throw new FormatError(`a change with tag ${tag}`);
  }
}

export function decodeAuth(cursor: Cursor): DecodedAuth {
  const enabled = cursor.flag();
  const revision = cursor.varint();
  if (revision < 1) throw new FormatError('auth revision 0');
  const roles = cursor.list(decodeRole);
  ascending(
    roles.map(({ name }) => name),
    'roles',
  );
  const users = cursor.list(decodeUser);
  ascending(
    users.map(({ name }) => name),
    'users',
  );
  return { enabled, revision, roles, users };
}

export function decodeUser(cursor: Cursor): DecodedUser {
  const name = cursor.byteString();
  const passwordHash = cursor.byteString();
  const noPassword = cursor.flag();
  const credentialRevision = cursor.varint();
  if (credentialRevision < 1) throw new FormatError(`a password of user ${name} set at auth revision 0`);
  const roles = cursor.list((inner) => inner.byteString());
  ascending(roles, 'roles of a user');
  return { name, passwordHash, noPassword, credentialRevision, roles };
}

export function decodeRole(cursor: Cursor): DecodedRole {
  const name = cursor.byteString();
  const permissions = cursor.list(decodePermission);
  if (permissions.some(({ key }, index) => index > 0 && permissions[index - 1]!.key > key)) {
    throw new FormatError(`permissions of role ${name} do not ascend`);
  }
  return { name, permissions };
}

const permissionTypes = ['read', 'write', 'readwrite'] as const;

function decodePermission(cursor: Cursor): DecodedPermission {
  const tag = cursor.u8();
  const type = permissionTypes[tag];
  if (type === undefined) throw new FormatError(`a permission with tag ${tag}`);
  const key = cursor.byteString();
  if (key === '') throw new FormatError('a permission without a key');
  const rangeEnd = cursor.byteString();
  return { type, key, rangeEnd: rangeEnd === '' ? undefined : rangeEnd };
}

export function decodeAlarm(cursor: Cursor): DecodedAlarm {
  const tag = cursor.u8();
  if (tag !== 1 && tag !== 2) throw new FormatError(`an alarm with tag ${tag}`);
  return { alarm: tag === 1 ? 'nospace' : 'corrupt', memberId: cursor.id64() };
}

export function decodeAlarms(cursor: Cursor): readonly DecodedAlarm[] {
  const alarms = cursor.list(decodeAlarm);
  ascending(alarms.map(alarmName), 'alarms');
  return alarms;
}

/** In the order of alarms. */
function alarmName({ alarm, memberId }: DecodedAlarm): string {
  return `${alarm === 'nospace' ? 1 : 2} ${memberId.padStart(20, '0')}`;
}

function ascending(names: readonly string[], what: string): void {
  if (names.some((name, index) => index > 0 && names[index - 1]! >= name))
    throw new FormatError(`${what} do not ascend`);
}
