import { createHmac, randomBytes } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import type { Caller } from '../../core/types/auth.ts';
import type { ByteString } from '../../core/types/bytes.ts';
import { byteStringOf, bytesOf } from '../wire/bytes.ts';
import type { JwtKeys } from './jwt-keys.ts';
import type { SignMethod } from './token-option.ts';

/**
 * Tokens that carry who they are for, signed: every node that has the key understands them, and so does whoever signs them elsewhere.
 * They carry the auth revision too, and the core refuses them once users, roles or permissions have changed since.
 */
export interface JwtTokens {
  /** Undefined: there is no key to sign with. */
  issue: ((name: ByteString, authRevision: number) => Promise<string>) | undefined;
  /** Undefined: not signed with our key by our method, expired, not valid yet, or without a user and a revision. */
  callerOf(token: string): Caller | undefined | Promise<Caller | undefined>;
}

interface CheckedToken {
  readonly caller: Caller;
  /** Seconds since 1970; Infinity: it does not expire. */
  readonly expiresAt: number;
}

/** Of tokens that were found good, so that a client's signature is checked once and not with every call. */
const checkedTokensMax = 10_000;
/** Nobody who means well sends a longer one. */
const tokenCharsMax = 8_192;

export function createJwtTokens(
  { signing, checking }: JwtKeys,
  signMethod: SignMethod,
  ttlMs: number,
  wallMs: () => number,
): JwtTokens {
  const key = randomBytes(32);
  const checked = new Map<string, CheckedToken>();

  function remember(hash: string, token: CheckedToken): void {
    const [oldest] = checked.keys();
    if (checked.size >= checkedTokensMax && oldest !== undefined) checked.delete(oldest);
    checked.set(hash, token);
  }

  async function check(token: string, hash: string): Promise<Caller | undefined> {
    try {
      const options = { algorithms: [signMethod], currentDate: new Date(wallMs()) };
      const { payload } = await jwtVerify(token, checking, options);
      const { username, revision, exp } = payload;
      if (typeof username !== 'string' || typeof revision !== 'number') return undefined;
      const name = byteStringOf(Buffer.from(username));
      const caller: Caller = { kind: 'user', name, authRevision: Math.trunc(revision) };
      remember(hash, { caller, expiresAt: exp ?? Infinity });
      return caller;
    } catch {
      return undefined;
    }
  }

  return {
    issue:
      signing &&
      (async (name, authRevision) => {
        const username = Buffer.from(bytesOf(name)).toString();
        return new SignJWT({ username, revision: authRevision })
          .setProtectedHeader({ alg: signMethod, typ: 'JWT' })
          .setExpirationTime(Math.floor((wallMs() + ttlMs) / 1_000))
          .sign(signing);
      }),
    callerOf: (token) => {
      if (token.length > tokenCharsMax) return undefined;
      const hash = createHmac('sha256', key).update(token).digest('base64');
      const found = checked.get(hash);
      if (found === undefined) return check(token, hash);
      if (found.expiresAt > wallMs() / 1_000) return found.caller;
      checked.delete(hash);
      return undefined;
    },
  };
}
