import { byName } from '../auth/auth-state.ts';
import { rootName } from '../auth/identity.ts';
import type { AuthContent, AuthState } from '../types/auth.ts';
import type { ByteString } from '../types/bytes.ts';

/** Roles of users that are not there give nobody anything, and are left out. */
export function importedAuth({ enabled, revision, users, roles }: AuthContent): AuthState {
  const known = byName(roles);
  const isKnown = (role: ByteString): boolean => role === rootName || known.has(role);
  const whole = users.map((user) => ({ ...user, roles: user.roles.filter(isKnown) }));
  return { enabled, revision, users: byName(whole), roles: known };
}
