import { createHmac, randomBytes, randomInt } from 'node:crypto';
import type { Caller } from '../../core/types/auth.ts';
import type { ByteString } from '../../core/types/bytes.ts';

/**
 * Tokens that mean nothing but to the process that gave them out.
 *
 * - A token lives for a time after its last use. It is void once the user's password changes or the user is deleted: it carries the
 *   revision of the credentials it was given for, and the core holds that against the user's.
 * - Looked up by a keyed hash: how long a lookup takes tells nothing about which tokens there are.
 * - Bounded: of too many the one that was not used for longest goes. Its owner is told that it is invalid, and logs in again.
 */
export interface SimpleTokens {
  issue(name: ByteString, credentialRevision: number): string;
  /** Undefined: nobody gave it out, or it has expired. */
  callerOf(token: string): Caller | undefined;
  /** All of them are void from now on. */
  forgetAll(): void;
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const lettersInToken = 16;
const tokenPattern = /^[a-zA-Z]{16}\.\d{1,20}$/;

interface IssuedToken {
  readonly caller: Caller;
  expiresAtMs: number;
}

/** `nowMs` is of a clock that never goes back. */
export function createSimpleTokens(ttlMs: number, tokensMax: number, nowMs: () => number): SimpleTokens {
  const key = randomBytes(32);
  // By the last use, which with one time to live for all is also the order in which they expire.
  const issued = new Map<string, IssuedToken>();
  let index = 0;

  function forgetExpired(): void {
    for (const [hash, { expiresAtMs }] of issued) {
      if (expiresAtMs > nowMs() && issued.size <= tokensMax) return;
      issued.delete(hash);
    }
  }

  function hashOf(token: string): string {
    return createHmac('sha256', key).update(token).digest('base64');
  }

  return {
    issue: (name, credentialRevision) => {
      index += 1;
      const token = `${randomLetters()}.${index}`;
      issued.set(hashOf(token), {
        caller: { kind: 'user', name, credentialRevision },
        expiresAtMs: nowMs() + ttlMs,
      });
      forgetExpired();
      return token;
    },
    callerOf: (token) => {
      if (!tokenPattern.test(token)) return undefined;
      const hash = hashOf(token);
      const found = issued.get(hash);
      if (found === undefined) return undefined;
      issued.delete(hash);
      if (found.expiresAtMs <= nowMs()) return undefined;
      issued.set(hash, { ...found, expiresAtMs: nowMs() + ttlMs });
      return found.caller;
    },
    forgetAll: () => issued.clear(),
  };
}

function randomLetters(): string {
  return Array.from({ length: lettersInToken }, () => letters[randomInt(letters.length)]).join('');
}
