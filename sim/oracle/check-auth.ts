import type { PlainAuthWriteRequest } from '../types/plain-auth.ts';
import type { PlainRequest, PlainResponse } from '../types/plain.ts';
import {
  alarmsText,
  authAfter,
  type AuthMoment,
  authText,
  authWords,
  type ModelAuth,
  refusalAt,
} from './auth-model.ts';
import type { Call } from './calls.ts';
import { attachedKeys, leaseAt, type Model } from './model.ts';

/** Answers about who may do what against the model at a moment. */

export function authMomentAt(model: Model, moment: number): AuthMoment {
  const revision = model.revisionAt[moment]!;
  return {
    auth: model.authAt[moment]!,
    alarms: model.alarmsAt[moment]!,
    keysOfLease(lease) {
      const leases = lease === undefined ? [...model.leases.keys()] : [lease];
      const alive = leases.filter((each) => leaseAt(model, each, moment) !== undefined);
      return alive.flatMap((each) => attachedKeys(model, each, revision));
    },
  };
}

export function refusedAt(model: Model, moment: number, request: PlainRequest): string | undefined {
  return refusalAt(authMomentAt(model, moment), request);
}

export function isAuthWrite(request: PlainRequest): request is PlainRequest & PlainAuthWriteRequest {
  if (!request.kind.startsWith('auth-')) return false;
  return !['auth-status', 'auth-user-get', 'auth-user-list', 'auth-role-get', 'auth-role-list'].includes(request.kind);
}

export function isAuthOrAlarm(request: PlainRequest): boolean {
  return request.kind.startsWith('auth-') || request.kind === 'alarm';
}

/** The answer may have been given on the state of that moment; of a change: there, or by the record that follows it. */
export function authAnswerHolds(model: Model, moment: number, { request }: Call, response: PlainResponse): boolean {
  const auth = model.authAt[moment]!;
  if (isAuthWrite(request)) return changeHolds(model, moment, request);
  switch (response.kind) {
    case 'auth-status':
      return response.enabled === auth.enabled && response.authRevision === auth.revision;
    case 'auth-user-list':
      return response.users.join('\n') === namesOf(auth.users).join('\n');
    case 'auth-role-list':
      return response.roles.join('\n') === namesOf(auth.roles).join('\n');
    case 'auth-user-get': {
      const user = auth.users.find(({ name }) => name === (request as { readonly name: string }).name);
      return user !== undefined && user.roles.join('\n') === response.roles.join('\n');
    }
    case 'auth-role-get':
      return (
        rolePermissions(auth, (request as { readonly role: string }).role) === permissionsText(response.permissions)
      );
    case 'alarm':
      return alarmHolds(model, moment, request, response);
    default:
      return false;
  }
}

/** What it asked for is so already, or the next record makes it so. */
function changeHolds(model: Model, moment: number, request: PlainAuthWriteRequest): boolean {
  const auth = model.authAt[moment]!;
  const after = authAfter(auth, request);
  if (typeof after === 'string') return false;
  if (after === auth) return true;
  const next = model.authAt[moment + 1];
  return next !== undefined && next !== auth && authText(next) === authText(after);
}

function alarmHolds(
  model: Model,
  moment: number,
  request: PlainRequest,
  response: Extract<PlainResponse, { readonly kind: 'alarm' }>,
): boolean {
  if (request.kind !== 'alarm') return false;
  const { action, alarm, memberId } = request;
  const now = model.alarmsAt[moment]!;
  if (action === 'get') {
    return alarmsText(response.alarms) === alarmsText(now.filter((each) => alarm === 'none' || each.alarm === alarm));
  }
  const isNamed = response.alarms.length === 1;
  if (alarm === 'none') return !isNamed;
  const isOn = (at: number) =>
    model.alarmsAt[at]?.some((each) => each.alarm === alarm && each.memberId === memberId) === true;
  if (action === 'activate') return isNamed && (isOn(moment) || isOn(moment + 1));
  return isNamed ? isOn(moment) && model.alarmsAt[moment + 1] !== undefined && !isOn(moment + 1) : !isOn(moment);
}

function namesOf(named: readonly { readonly name: string }[]): readonly string[] {
  return named.map(({ name }) => name).sort();
}

function rolePermissions({ roles }: ModelAuth, wanted: string): string | undefined {
  const role = roles.find(({ name }) => name === wanted);
  if (role === undefined) return undefined;
  return wanted === 'root'
    ? permissionsText([{ type: 'readwrite', key: '', rangeEnd: '\0' }])
    : permissionsText(role.permissions);
}

function permissionsText(
  permissions: readonly { readonly type: string; readonly key: string; readonly rangeEnd?: string | undefined }[],
): string {
  return JSON.stringify(permissions.map(({ type, key, rangeEnd }) => [type, key, rangeEnd ?? null]));
}

/** Errors of requests about users and roles themselves, from which their caller was not kept. */
export function authErrorAt(model: Model, moment: number, request: PlainRequest): string | undefined {
  const auth = model.authAt[moment]!;
  if (isAuthWrite(request)) {
    const after = authAfter(auth, request);
    return typeof after === 'string' ? after : undefined;
  }
  if (request.kind === 'auth-user-get' && !auth.users.some(({ name }) => name === request.name)) {
    return authWords.userUnknown;
  }
  if (request.kind === 'auth-role-get' && !auth.roles.some(({ name }) => name === request.role)) {
    return authWords.roleUnknown;
  }
  return undefined;
}
