import type { AuthChangeFields, RoleFields, UserFields } from '../inspect-fields.ts';
import { quoted } from './words.ts';

/** Users and roles, and what changes them. */

export function authChangeWords(change: AuthChangeFields): string {
  switch (change.kind) {
    case 'enabled':
      return change.enabled ? 'switched on' : 'switched off';
    case 'user-put':
      return `user ${quoted(change.user.name)}: ${rolesWords(change.user)}`;
    case 'role-put':
      return `role ${quoted(change.role.name)}: ${permissionsWords(change.role)}`;
    case 'user-delete':
      return `user ${quoted(change.name)} deleted`;
    case 'role-delete':
      return `role ${quoted(change.name)} deleted`;
  }
}

export function rolesWords({ roles }: UserFields): string {
  return roles.length === 0 ? 'no role' : roles.map(quoted).join(', ');
}

export function permissionsWords({ permissions }: RoleFields): string {
  return permissions.length === 0 ? 'no permission' : permissions.map(permissionWords).join(', ');
}

function permissionWords({ type, key, rangeEnd }: RoleFields['permissions'][number]): string {
  return rangeEnd === undefined ? `${type} of ${quoted(key)}` : `${type} from ${quoted(key)} to ${quoted(rangeEnd)}`;
}
