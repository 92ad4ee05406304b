import type { AuthContent, AuthRole, AuthUser, Permission, PermissionType } from '../../core/types/auth.ts';
import type { ByteString } from '../../core/types/bytes.ts';
import { Permission_Type, Role, User } from '../../server/generated/authpb/auth.ts';
import { byteStringOf, bytesOf } from '../../server/wire/bytes.ts';
import type { Pair } from './buckets.ts';
import { SchemaDamage } from './damage.ts';

/** The buckets `auth` (whether it is enabled, and how many changes there were), `authUsers` and `authRoles`. */

const enabledKey = 'authEnabled';
const revisionKey = 'authRevision';

const typeNumbers: Readonly<Record<PermissionType, Permission_Type>> = {
  read: Permission_Type.READ,
  write: Permission_Type.WRITE,
  readwrite: Permission_Type.READWRITE,
};

export function authPairs({ enabled, revision }: AuthContent): readonly Pair[] {
  const counted = new Uint8Array(8);
  new DataView(counted.buffer).setBigUint64(0, BigInt(revision));
  return [
    { key: bytesOf(enabledKey), value: Uint8Array.of(enabled ? 1 : 0) },
    { key: bytesOf(revisionKey), value: counted },
  ];
}

export function userPairs({ users }: AuthContent): readonly Pair[] {
  return users.map(({ name, passwordHash, noPassword, roles }) => ({
    key: bytesOf(name),
    value: User.encode({
      name: bytesOf(name),
      password: bytesOf(passwordHash),
      roles: roles.map(utf8Of),
      options: { noPassword },
    }).finish(),
  }));
}

export function rolePairs({ roles }: AuthContent): readonly Pair[] {
  return roles.map(({ name, permissions }) => ({
    key: bytesOf(name),
    value: Role.encode({
      name: bytesOf(name),
      keyPermission: permissions.map(({ type, key, rangeEnd }) => ({
        permType: typeNumbers[type],
        key: bytesOf(key),
        rangeEnd: bytesOf(rangeEnd ?? ''),
      })),
    }).finish(),
  }));
}

/** A store that never had auth changed may hold nothing of it. */
export function readAuth(auth: readonly Pair[], users: readonly Pair[], roles: readonly Pair[]): AuthContent {
  const valueOf = (name: string) => auth.find(({ key }) => byteStringOf(key) === name)?.value;
  const revision = Math.max(1, numberIn(valueOf(revisionKey)));
  return {
    enabled: valueOf(enabledKey)?.[0] === 1,
    revision,
    users: users.map((pair) => readUser(pair, revision)),
    roles: roles.map(readRole),
  };
}

function numberIn(value: Uint8Array | undefined): number {
  if (value === undefined) return 0;
  const number = value.length === 8 ? Number(new DataView(value.buffer, value.byteOffset).getBigUint64(0)) : NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new SchemaDamage('auth', bytesOf(revisionKey), 'it holds no number');
}

function readUser({ key, value }: Pair, revision: number): AuthUser {
  const user = decoded('authUsers', key, () => User.decode(value));
  const name = byteStringOf(user.name);
  if (name !== byteStringOf(key)) throw new SchemaDamage('authUsers', key, 'it holds a user of another name');
  return {
    name,
    passwordHash: byteStringOf(user.password),
    noPassword: user.options?.noPassword ?? false,
    roles: [...new Set(user.roles.map((role) => byteStringOf(Buffer.from(role, 'utf8'))))].sort(),
    credentialRevision: revision,
  };
}

function readRole({ key, value }: Pair): AuthRole {
  const role = decoded('authRoles', key, () => Role.decode(value));
  const name = byteStringOf(role.name);
  if (name !== byteStringOf(key)) throw new SchemaDamage('authRoles', key, 'it holds a role of another name');
  const permissions = role.keyPermission.map((permission): Permission => {
    const type = typeOf(permission.permType);
    if (type === undefined) throw new SchemaDamage('authRoles', key, `permission type ${permission.permType}`);
    if (permission.key.length === 0) throw new SchemaDamage('authRoles', key, 'a permission without a key');
    const rangeEnd = byteStringOf(permission.rangeEnd);
    return { type, key: byteStringOf(permission.key), rangeEnd: rangeEnd === '' ? undefined : rangeEnd };
  });
  const ranges = permissions.map(
    (permission) => `${permission.key.length} ${permission.key}${permission.rangeEnd ?? ''}`,
  );
  if (new Set(ranges).size < ranges.length) throw new SchemaDamage('authRoles', key, 'two permissions for one range');
  // A stable sort: of those with the same key the one granted first is first.
  return {
    name,
    permissions: permissions.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0)),
  };
}

function typeOf(number: Permission_Type): PermissionType | undefined {
  return (Object.keys(typeNumbers) as PermissionType[]).find((type) => typeNumbers[type] === number);
}

function decoded<Message>(bucket: string, key: Uint8Array, decode: () => Message): Message {
  try {
    return decode();
  } catch (error) {
    throw new SchemaDamage(bucket, key, error instanceof Error ? error.message : String(error));
  }
}

/** Names are UTF-8 in the messages. */
function utf8Of(name: ByteString): string {
  return Buffer.from(name, 'latin1').toString('utf8');
}
