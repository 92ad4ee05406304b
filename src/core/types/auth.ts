import type { ByteString } from './bytes.ts';
import type { KeyRange } from './key-range.ts';

/**
 * Users, roles and who asks. Names are byte strings, as keys are: UTF-8 at the edge, byte order inside, which is etcd's order of lists.
 * Password hashes are what the edge made of passwords, and mean nothing here.
 */

export type PermissionType = 'read' | 'write' | 'readwrite';

export interface Permission extends KeyRange {
  readonly type: PermissionType;
}

export interface AuthUser {
  readonly name: ByteString;
  /** Empty for a user without a password. */
  readonly passwordHash: ByteString;
  /** Nobody can log in as this user by password: it comes with a certificate. */
  readonly noPassword: boolean;
  /** Ascending, each once. */
  readonly roles: readonly ByteString[];
  /** The auth revision that set the password last: a token given out before it is void. */
  readonly credentialRevision: number;
}

export interface AuthRole {
  readonly name: ByteString;
  /** Ascending by key; of those with the same key the one granted first is first. No two have both key and end in common. */
  readonly permissions: readonly Permission[];
}

/** All of it, as plain data; users and roles ascend by name. */
export interface AuthContent {
  readonly enabled: boolean;
  readonly revision: number;
  readonly users: readonly AuthUser[];
  readonly roles: readonly AuthRole[];
}

/**
 * Users, roles, and whether they matter. A value: a change makes another one, so that whoever holds one holds a moment.
 *
 * Invariants:
 * - Users and roles ascend by name, in byte order.
 * - A role that a user has exists, except `root`, which needs no entry.
 */
export interface AuthState {
  readonly enabled: boolean;
  /** Counts changes; a store that never had one is at 1. */
  readonly revision: number;
  readonly users: ReadonlyMap<ByteString, AuthUser>;
  readonly roles: ReadonlyMap<ByteString, AuthRole>;
}

export type AuthChange =
  | { readonly kind: 'enabled'; readonly enabled: boolean }
  | { readonly kind: 'user-put'; readonly user: AuthUser }
  | { readonly kind: 'user-delete'; readonly name: ByteString }
  | { readonly kind: 'role-put'; readonly role: AuthRole }
  | { readonly kind: 'role-delete'; readonly name: ByteString };

/** Who asks, as far as the edge can tell. No caller at all is the process itself, which may do everything. */
export type Caller =
  /** Neither a token nor a certificate. */
  | { readonly kind: 'anonymous' }
  /** A token that nobody gave out, or that has expired. */
  | { readonly kind: 'invalid-token' }
  | {
      readonly kind: 'user';
      readonly name: ByteString;
      /** Of a token that carries one: the auth revision at which it was given out. */
      readonly authRevision?: number;
      /** Of a token that dies with the password: the user's `credentialRevision` when it was given out. */
      readonly credentialRevision?: number;
    };
