import type { Caller } from '../../core/types/auth.ts';
import { byteStringOf } from '../wire/bytes.ts';
import type { CallContext } from '../services/call.ts';

/** Tells who a call is from. What that caller may do is the core's affair, and so is whether anybody is asked at all. */
export type Callers = (context: Pick<CallContext, 'metadata' | 'peer'>) => Caller | Promise<Caller>;

export interface CallersOptions {
  /** Undefined: nobody gave it out, or it is no longer good. */
  readonly callerOfToken: (token: string) => Caller | undefined | Promise<Caller | undefined>;
  /** Who shows no token is who the client's certificate names. */
  readonly clientCertAuth: boolean;
}

const anonymous: Caller = { kind: 'anonymous' };
const invalidToken: Caller = { kind: 'invalid-token' };

/** A token counts before a certificate, also when it is no good: nobody is taken for somebody else than he says he is. */
export function createCallers({ callerOfToken, clientCertAuth }: CallersOptions): Callers {
  return (context) => {
    const given = context.metadata('token') ?? context.metadata('authorization');
    if (given !== undefined) {
      const found = callerOfToken(given.replace(/^Bearer /, ''));
      return found instanceof Promise ? found.then((caller) => caller ?? invalidToken) : (found ?? invalidToken);
    }
    const { certificateName } = clientCertAuth ? context.peer() : { certificateName: undefined };
    if (certificateName === undefined) return anonymous;
    return { kind: 'user', name: byteStringOf(Buffer.from(certificateName)) };
  };
}
