import { refusedByAlarms } from '../alarm/refused-by-alarms.ts';
import type { Lease, LeaseTable } from '../state/lease-table.ts';
import type { AuthUser, Caller } from '../types/auth.ts';
import { clientErrors, type ClientError } from '../types/error.ts';
import type { KeyRange } from '../types/key-range.ts';
import type { Request } from '../types/request.ts';
import type { WatchCreateRequest } from '../types/watch.ts';
import { smallestKey } from '../watch/watched-range.ts';
import type { AuthState } from '../types/auth.ts';
import type { AuthGround } from './auth-ground.ts';
import { covers, mergeGrants, type Grants } from './grants.ts';
import { identify, isRoot, type Identity } from './identity.ts';
import { isForProcessAlone, needs, type Access, type AccessType, type Standing } from './needs.ts';

/**
 * Why the request is refused before anybody looks at what it asks for; undefined: nothing is against it. In etcd's order: the token, what the
 * caller has to be, alarms, and the keys.
 */
export function refusalOf(ground: AuthGround, caller: Caller | undefined, request: Request): ClientError | undefined {
  if (caller === undefined) return refusedByAlarms(ground.alarms, request);
  if (isForProcessAlone(request)) return clientErrors.permissionDenied;
  if (!ground.auth.enabled) return refusedByAlarms(ground.alarms, request);
  const { standing, access } = needs(request);
  const identified = identify(ground.auth, caller);
  if (identified.kind === 'refused') return identified.error;
  const { identity } = identified;
  return (
    standingRefusal(identity, standing) ??
    refusedByAlarms(ground.alarms, request) ??
    accessRefusal(ground, identity, access)
  );
}

/** Only when it is created, as in etcd: a watcher goes on when the permission is taken back. */
export function watchRefusal(
  ground: AuthGround,
  caller: Caller | undefined,
  request: WatchCreateRequest,
): ClientError | undefined {
  if (caller === undefined || !ground.auth.enabled) return undefined;
  const identified = identify(ground.auth, caller);
  if (identified.kind === 'refused') return identified.error;
  const key = request.key === '' ? smallestKey : request.key;
  const range: KeyRange = { key, rangeEnd: request.rangeEnd };
  return accessRefusal(ground, identified.identity, [{ kind: 'range', type: 'read', range }]);
}

function standingRefusal(identity: Identity, standing: Standing): ClientError | undefined {
  switch (standing.kind) {
    case 'process':
      return clientErrors.permissionDenied;
    case 'anybody':
      return undefined;
    case 'user':
      return identity.name === '' ? clientErrors.userNameEmpty : undefined;
    case 'root':
      return rootRefusal(identity);
    case 'user-named':
      return standing.name === identity.name ? undefined : rootRefusal(identity);
    case 'role-holder':
      return identity.user?.roles.includes(standing.role) === true ? undefined : rootRefusal(identity);
  }
}

function rootRefusal(identity: Identity): ClientError | undefined {
  if (identity.name === '') return clientErrors.userNameEmpty;
  if (identity.user === undefined) return clientErrors.userNotFound;
  return isRoot(identity) ? undefined : clientErrors.permissionDenied;
}

function accessRefusal(
  { auth, leases }: AuthGround,
  identity: Identity,
  access: readonly Access[],
): ClientError | undefined {
  const grants: Partial<Record<AccessType, Grants>> = {};
  for (const wanted of access) {
    // The keys of a lease are root's whatever its token's age, as in etcd.
    if (wanted.kind !== 'range' && isRoot(identity)) continue;
    for (const range of rangesOf(wanted, leases)) {
      const error = tokenRefusal(auth, identity);
      if (error !== undefined) return error;
      if (isRoot(identity)) continue;
      if (identity.user === undefined) return clientErrors.permissionDenied;
      grants[wanted.type] ??= grantsOf(auth, identity.user, wanted.type);
      if (!covers(grants[wanted.type]!, range)) return clientErrors.permissionDenied;
    }
  }
  return undefined;
}

/** A token that carries a revision is good for keys at that revision alone. */
function tokenRefusal(auth: AuthState, { name, authRevision }: Identity): ClientError | undefined {
  if (name === '' || authRevision === 0) return clientErrors.userNameEmpty;
  return authRevision === undefined || authRevision === auth.revision ? undefined : clientErrors.authOldRevision;
}

function* rangesOf(access: Access, leases: LeaseTable): Generator<KeyRange> {
  switch (access.kind) {
    case 'range':
      yield access.range;
      return;
    case 'keys-of-lease': {
      const lease = leases.get(access.lease);
      if (lease !== undefined) yield* keysOf(lease);
      return;
    }
    case 'keys-of-all-leases':
      for (const lease of leases.all()) yield* keysOf(lease);
  }
}

function* keysOf(lease: Lease): Generator<KeyRange> {
  for (const key of lease.keys) yield { key, rangeEnd: undefined };
}

function grantsOf(auth: AuthState, user: AuthUser, type: AccessType): Grants {
  const permissions = user.roles.flatMap((role) => auth.roles.get(role)?.permissions ?? []);
  return mergeGrants(permissions.filter((permission) => permission.type === type || permission.type === 'readwrite'));
}
