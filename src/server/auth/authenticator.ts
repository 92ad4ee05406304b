import type { AuthUser } from '../../core/types/auth.ts';
import type { ClientError } from '../../core/types/error.ts';
import { DatabaseError, type Database } from '../../host/database.ts';
import { simpleTokensMax } from '../limits.ts';
import type { ServerLog } from '../log.ts';
import { createCallers, type Callers } from './callers.ts';
import { createFailureLimit } from './failure-limit.ts';
import { readJwtKeys } from './jwt-keys.ts';
import { createJwtTokens } from './jwt-tokens.ts';
import { login, type LoggedIn, type LoginRequest } from './login.ts';
import { createLoginLog } from './login-log.ts';
import { bcryptCostDefault } from './password.ts';
import { createPasswordHasher, type PasswordHasher } from './password-hasher.ts';
import { createSimpleTokens } from './simple-tokens.ts';
import type { TokenOption } from './token-option.ts';

/** Who is who, for one server: passwords, tokens and certificates. The users themselves are in the database. */
export interface Authenticator {
  /** Answers for every call, over whatever transport. */
  readonly callerOf: Callers;
  readonly hasher: PasswordHasher;
  /** A token. Rejects with a `DatabaseError` of etcd's. */
  login(request: LoginRequest): Promise<LoggedIn>;
  /** Tokens that only this process knows are void from now on. */
  forgetTokens(): void;
  close(): Promise<void>;
}

export interface AuthSettings {
  readonly token: TokenOption;
  readonly simpleTokenTtlMs: number;
  readonly bcryptCost: number;
  /** Wrong passwords, of one user from one address. */
  readonly failuresPerMinute: number;
  readonly clientCertAuth: boolean;
}

export const authDefaults: AuthSettings = {
  token: { kind: 'simple' },
  simpleTokenTtlMs: 300_000,
  bcryptCost: bcryptCostDefault,
  failuresPerMinute: 30,
  clientCertAuth: false,
};

/** `nowMs` never goes back; `wallMs` is what the calendar says. */
export interface AuthClock {
  nowMs(): number;
  wallMs(): number;
}

const systemClock: AuthClock = { nowMs: () => performance.now(), wallMs: () => Date.now() };

interface Tokens {
  readonly issue: (user: AuthUser, authRevision: number) => string | Promise<string>;
  readonly callerOf: Parameters<typeof createCallers>[0]['callerOfToken'];
  readonly forgetAll: () => void;
}

/** Throws a `JwtKeyError` when the keys for signed tokens cannot be used. */
export function createAuthenticator(
  database: Pick<Database, 'request'>,
  settings: AuthSettings,
  log: ServerLog,
  clock: AuthClock = systemClock,
): Authenticator {
  const tokens = settings.token.kind === 'simple' ? simpleOf(settings, clock) : jwtOf(settings.token, clock);
  const hasher = createPasswordHasher(settings.bcryptCost);
  const failures = createFailureLimit({ perMinute: settings.failuresPerMinute, nowMs: () => clock.nowMs() });
  const loginLog = createLoginLog(log);
  return {
    callerOf: createCallers({ callerOfToken: tokens.callerOf, clientCertAuth: settings.clientCertAuth }),
    hasher,
    login: (request) => login(request, { database, hasher, failures, issue: tokens.issue, log: loginLog }),
    forgetTokens: tokens.forgetAll,
    close: () => {
      loginLog.close();
      return hasher.close();
    },
  };
}

function simpleOf({ simpleTokenTtlMs }: AuthSettings, clock: AuthClock): Tokens {
  const simple = createSimpleTokens(simpleTokenTtlMs, simpleTokensMax, () => clock.nowMs());
  return {
    issue: ({ name, credentialRevision }) => simple.issue(name, credentialRevision),
    callerOf: simple.callerOf,
    forgetAll: simple.forgetAll,
  };
}

/** In etcd's words. */
const verifyOnly: ClientError = {
  status: 'Unknown',
  message: 'auth: token signing attempted with verify-only key',
};

function jwtOf(option: Extract<TokenOption, { readonly kind: 'jwt' }>, clock: AuthClock): Tokens {
  const jwt = createJwtTokens(readJwtKeys(option), option.signMethod, option.ttlMs, () => clock.wallMs());
  return {
    issue: ({ name }, authRevision) => {
      if (jwt.issue === undefined) throw new DatabaseError(verifyOnly);
      return jwt.issue(name, authRevision);
    },
    callerOf: jwt.callerOf,
    // Nobody can call back what others can check too: the revision that they carry does.
    forgetAll: () => undefined,
  };
}
