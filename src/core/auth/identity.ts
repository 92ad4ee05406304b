import type { AuthUser, Caller } from '../types/auth.ts';
import type { ByteString } from '../types/bytes.ts';
import { clientErrors, type ClientError } from '../types/error.ts';
import type { AuthState } from '../types/auth.ts';

/** The user and the role that may do everything, and that authentication cannot be enabled without. */
export const rootName: ByteString = 'root';

/** Whom a caller turns out to be, by the users that there are. */
export interface Identity {
  /** Empty: nobody. */
  readonly name: ByteString;
  /** Undefined: no such user. */
  readonly user: AuthUser | undefined;
  /** Of the token, where it carries one. */
  readonly authRevision: number | undefined;
}

export type Identified =
  | { readonly kind: 'identity'; readonly identity: Identity }
  | { readonly kind: 'refused'; readonly error: ClientError };

/** A token that dies with the password is void once the user is gone, or has another password. */
export function identify(auth: AuthState, caller: Caller): Identified {
  switch (caller.kind) {
    case 'anonymous':
      return { kind: 'identity', identity: { name: '', user: undefined, authRevision: undefined } };
    case 'invalid-token':
      return { kind: 'refused', error: clientErrors.invalidAuthToken };
    case 'user': {
      const { name, authRevision, credentialRevision } = caller;
      const user = auth.users.get(name);
      if (credentialRevision !== undefined && user?.credentialRevision !== credentialRevision) {
        return { kind: 'refused', error: clientErrors.invalidAuthToken };
      }
      return { kind: 'identity', identity: { name, user, authRevision } };
    }
  }
}

export function isRoot({ user }: Identity): boolean {
  return user?.roles.includes(rootName) === true;
}
