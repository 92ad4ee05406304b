import type { Permission } from '../../src/core/types/auth.ts';
import type { AlarmRequest, AuthReadRequest, AuthWriteRequest } from '../../src/core/types/request.ts';
import type { Response } from '../../src/core/types/response.ts';
import type {
  PlainAlarmRequest,
  PlainAuthReadRequest,
  PlainAuthResponse,
  PlainAuthWriteRequest,
  PlainPermission,
} from '../types/plain-auth.ts';

/** Plain requests about who may do what as the core takes them, and its answers as plain ones. */
export function authRequestOf(
  plain: PlainAuthWriteRequest | PlainAuthReadRequest,
): AuthWriteRequest | Exclude<AuthReadRequest, { readonly kind: 'auth-credentials' }> {
  switch (plain.kind) {
    case 'auth-role-grant-permission':
      return { kind: plain.kind, role: plain.role, permission: permissionOf(plain.permission) };
    case 'auth-role-revoke-permission':
      return { kind: plain.kind, role: plain.role, key: plain.key, rangeEnd: plain.rangeEnd };
    default:
      return plain;
  }
}

export function alarmRequestOf(plain: PlainAlarmRequest): AlarmRequest {
  return { ...plain, memberId: BigInt(plain.memberId) };
}

function permissionOf({ type, key, rangeEnd }: PlainPermission): Permission {
  return { type, key, rangeEnd };
}

export type AuthResponse = Extract<Response, { readonly kind: PlainAuthResponse['kind'] }>;

export function plainAuthResponseOf(response: AuthResponse): PlainAuthResponse {
  switch (response.kind) {
    case 'auth-role-get':
      return { kind: response.kind, permissions: response.permissions.map(plainPermissionOf) };
    case 'alarm':
      return {
        kind: 'alarm',
        alarms: response.alarms.map(({ alarm, memberId }) => ({ alarm, memberId: String(memberId) })),
      };
    default:
      return response;
  }
}

function plainPermissionOf({ type, key, rangeEnd }: Permission): PlainPermission {
  return rangeEnd === undefined ? { type, key } : { type, key, rangeEnd };
}
