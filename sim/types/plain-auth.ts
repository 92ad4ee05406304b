/** Who may do what, as JSON: names, keys and hashes are byte strings, auth revisions numbers, member ids decimal strings. */
export interface PlainPermission {
  readonly type: 'read' | 'write' | 'readwrite';
  readonly key: string;
  /** Left out: the one key. `"\0"`: every key from `key` on. */
  readonly rangeEnd?: string;
}

/** Left out in a request: the process itself, which may do everything. */
export type PlainCaller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'invalid-token' }
  | {
      readonly kind: 'user';
      readonly name: string;
      readonly authRevision?: number;
      readonly credentialRevision?: number;
    };

export type PlainAuthWriteRequest =
  | { readonly kind: 'auth-enable' }
  | { readonly kind: 'auth-disable' }
  | {
      readonly kind: 'auth-user-add';
      readonly name: string;
      readonly passwordHash: string;
      readonly noPassword: boolean;
    }
  | { readonly kind: 'auth-user-delete'; readonly name: string }
  | { readonly kind: 'auth-user-change-password'; readonly name: string; readonly passwordHash: string }
  | { readonly kind: 'auth-user-grant-role'; readonly name: string; readonly role: string }
  | { readonly kind: 'auth-user-revoke-role'; readonly name: string; readonly role: string }
  | { readonly kind: 'auth-role-add'; readonly name: string }
  | { readonly kind: 'auth-role-delete'; readonly role: string }
  | { readonly kind: 'auth-role-grant-permission'; readonly role: string; readonly permission: PlainPermission }
  | {
      readonly kind: 'auth-role-revoke-permission';
      readonly role: string;
      readonly key: string;
      readonly rangeEnd?: string;
    };

export type PlainAuthReadRequest =
  | { readonly kind: 'auth-status' }
  | { readonly kind: 'auth-user-get'; readonly name: string }
  | { readonly kind: 'auth-user-list' }
  | { readonly kind: 'auth-role-get'; readonly role: string }
  | { readonly kind: 'auth-role-list' };

export interface PlainAlarmRequest {
  readonly kind: 'alarm';
  readonly action: 'get' | 'activate' | 'deactivate';
  readonly alarm: 'none' | 'nospace' | 'corrupt';
  readonly memberId: string;
}

export interface PlainAlarm {
  readonly alarm: 'nospace' | 'corrupt';
  readonly memberId: string;
}

export type PlainAuthResponse =
  | { readonly kind: PlainAuthWriteRequest['kind'] }
  | { readonly kind: 'auth-status'; readonly enabled: boolean; readonly authRevision: number }
  | { readonly kind: 'auth-user-get'; readonly roles: readonly string[] }
  | { readonly kind: 'auth-user-list'; readonly users: readonly string[] }
  | { readonly kind: 'auth-role-get'; readonly permissions: readonly PlainPermission[] }
  | { readonly kind: 'auth-role-list'; readonly roles: readonly string[] }
  | { readonly kind: 'alarm'; readonly alarms: readonly PlainAlarm[] };
