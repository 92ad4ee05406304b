import { assert, unreachable } from '../assert.ts';
import type { AuthChange, AuthContent, AuthRole, AuthState, AuthUser } from '../types/auth.ts';
import type { ByteString } from '../types/bytes.ts';
import type { AuthRecord } from '../types/record.ts';

const authRevisionInitial = 1;

/** Nobody, and nobody is asked who they are. */
export const authInitial: AuthState = {
  enabled: false,
  revision: authRevisionInitial,
  users: new Map<ByteString, AuthUser>(),
  roles: new Map<ByteString, AuthRole>(),
};

export function authContentOf({ enabled, revision, users, roles }: AuthState): AuthContent {
  return { enabled, revision, users: [...users.values()], roles: [...roles.values()] };
}

export function applyAuthRecord(auth: AuthState, record: AuthRecord): AuthState {
  const { authRevision, changes } = record;
  assert(changes.length > 0, 'a change of users, roles or the switch changes something');
  assert(authRevision === auth.revision || authRevision === auth.revision + 1, 'auth revisions follow one another');
  return { ...changes.reduce(applyChange, auth), revision: authRevision };
}

function applyChange(auth: AuthState, change: AuthChange): AuthState {
  switch (change.kind) {
    case 'enabled':
      assert(change.enabled !== auth.enabled, 'a switch is turned to where it is not');
      return { ...auth, enabled: change.enabled };
    case 'user-put':
      return { ...auth, users: withEntry(auth.users, change.user) };
    case 'user-delete':
      return { ...auth, users: withoutEntry(auth.users, change.name) };
    case 'role-put':
      return { ...auth, roles: withEntry(auth.roles, change.role) };
    case 'role-delete':
      return { ...auth, roles: withoutEntry(auth.roles, change.name) };
    default:
      return unreachable(change);
  }
}

interface Named {
  readonly name: ByteString;
}

function withEntry<Entry extends Named>(
  entries: ReadonlyMap<ByteString, Entry>,
  entry: Entry,
): ReadonlyMap<ByteString, Entry> {
  if (entries.has(entry.name)) return new Map(entries).set(entry.name, entry);
  return byName([...entries.values(), entry]);
}

function withoutEntry<Entry extends Named>(
  entries: ReadonlyMap<ByteString, Entry>,
  name: ByteString,
): ReadonlyMap<ByteString, Entry> {
  const left = new Map(entries);
  assert(left.delete(name), 'what is deleted exists');
  return left;
}

/** Names are unique. */
export function byName<Entry extends Named>(entries: readonly Entry[]): ReadonlyMap<ByteString, Entry> {
  const ascending = [...entries].sort((left, right) => (left.name < right.name ? -1 : 1));
  return new Map(ascending.map((entry) => [entry.name, entry]));
}
