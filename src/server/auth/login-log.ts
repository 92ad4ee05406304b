import type { ByteString } from '../../core/types/bytes.ts';
import type { ServerLog } from '../log.ts';
import { networkOf } from './network.ts';

/**
 * Logins that came to nothing, for operators. Anybody may send as many as he likes, so that the number of lines has a bound: in a minute one line when
 * somebody begins, one at its end with how many more it were, and one for all those who were too many to be named.
 */
export interface LoginLog {
  failed(user: ByteString, address: string): void;
  /** Without a look at the password. */
  refused(user: ByteString, address: string): void;
  /** Tells what was not told yet. */
  close(): void;
}

const windowMs = 60_000;
/** Who is named in a window: a user, by where the attempts come from. */
const namedMax = 30;

interface Named {
  readonly words: string;
  readonly user: string;
  readonly network: string;
  more: number;
}

export function createLoginLog(log: ServerLog): LoginLog {
  const named = new Map<string, Named>();
  let unnamed = 0;
  let timer: NodeJS.Timeout | undefined;

  function note(words: string, name: ByteString, address: string): void {
    const user = shown(name);
    const network = networkOf(address);
    const subject = JSON.stringify([words, user, network]);
    const known = named.get(subject);
    if (known !== undefined) known.more += 1;
    else if (named.size >= namedMax) unnamed += 1;
    else {
      named.set(subject, { words, user, network, more: 0 });
      log.warn({ user, address }, words);
    }
    timer ??= setTimeout(end, windowMs).unref();
  }

  function end(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const { words, user, network, more } of named.values())
      if (more > 0) log.warn({ user, network, more, withinMs: windowMs }, words);
    if (unnamed > 0) log.warn({ more: unnamed, withinMs: windowMs }, 'logins of others failed or were refused');
    named.clear();
    unnamed = 0;
  }

  return {
    failed: (user, address) => note('a login failed', user, address),
    refused: (user, address) => note('a login was refused unseen: too many failed lately', user, address),
    close: end,
  };
}

const shownCharsMax = 64;

/** Whatever somebody sent as a name. */
function shown(name: ByteString): string {
  return Buffer.from(name.slice(0, shownCharsMax), 'latin1').toString();
}
