/**
 * Tells whoever started this process how it is, in the words of sd_notify(3): systemd, or what speaks like it.
 *
 * - Node.js has no datagram sockets of that kind: systemd-notify(1) is run for each message. It speaks as this process where it may (root), else as
 *   itself, which a unit believes only with `NotifyAccess=all`. It stays until the message was looked at, so that its unit is known.
 * - Each message is all there is to say: of several that wait the last one counts.
 * - A start takes as long as it takes, a large database's longer than the 90 s that are usual: until it is over, the manager is asked for patience.
 * - Nobody waits for it, and nothing fails by it: a manager that could not be told is told of in the log.
 */
import { execFile } from 'node:child_process';
import type { Log } from '../log.ts';

export type ServiceState = 'starting' | 'serving' | 'standing by' | 'stopping';

export interface ServiceManager {
  /** `more` goes behind the state in what people are shown. */
  tell(state: Exclude<ServiceState, 'starting'>, more?: string): void;
  /** Resolves when everything was told, or could not be. Nothing is told after that. */
  settled(): Promise<void>;
}

export interface ServiceManagerOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Pick<Log, 'debug' | 'info' | 'warn'>;
}

/** Undefined: nobody wants to know. */
export function openServiceManager({ environment, log }: ServiceManagerOptions): ServiceManager | undefined {
  const { NOTIFY_SOCKET: socket = '', PATH: path = '' } = environment;
  if (socket === '') return undefined;
  let waiting: { readonly state: ServiceState; readonly more: string } | undefined;
  let telling: Promise<void> | undefined;
  const patience = setInterval(() => send('starting', ''), patienceEveryMs).unref();

  async function tellAll(): Promise<void> {
    while (waiting !== undefined) {
      const { state, more } = waiting;
      waiting = undefined;
      const problem = await notify([variableOf[state], `STATUS=${statusOf(state, more)}`], { socket, path });
      const told = { socket, state, ...noteOf(process.getuid?.()) };
      if (problem === undefined) log[state === 'starting' ? 'debug' : 'info'](told, 'told the service manager');
      // Who ends a unit ends all of its processes, this one's messenger too.
      else
        log[state === 'stopping' ? 'debug' : 'warn'](
          { socket, state, ...problem },
          'the service manager could not be told',
        );
    }
    telling = undefined;
  }

  function send(state: ServiceState, more: string): void {
    waiting = { state, more };
    telling ??= tellAll();
  }

  return {
    tell: (state, more = '') => {
      clearInterval(patience);
      send(state, more);
    },
    settled: async () => {
      clearInterval(patience);
      await telling;
    },
  };
}

/** Asked for this often, so much of it: each time anew, so that a process that hangs is ended. */
const patienceEveryMs = 30_000;
const patienceMicroseconds = 90_000_000;

/** A node that stands by is as ready as it gets: a manager that waits for more would end it. */
const variableOf: Readonly<Record<ServiceState, string>> = {
  starting: `EXTEND_TIMEOUT_USEC=${patienceMicroseconds}`,
  serving: 'READY=1',
  'standing by': 'READY=1',
  stopping: 'STOPPING=1',
};

/** One line, whatever somebody has called a node. */
function statusOf(state: ServiceState, more: string): string {
  return [state, more.replace(/\p{Cc}/gu, ' ')].filter((part) => part !== '').join(': ');
}

function noteOf(user: number | undefined): object {
  return user === 0 ? {} : { note: 'systemd believes it where the unit has NotifyAccess=all' };
}

/** It waits for the manager for five seconds by itself. */
const notifyTimeoutMs = 30_000;

interface Problem {
  readonly problem: string;
  readonly hint?: string;
}

function notify(
  variables: readonly string[],
  { socket, path }: { readonly socket: string; readonly path: string },
): Promise<Problem | undefined> {
  const options = { env: { PATH: path, NOTIFY_SOCKET: socket }, timeout: notifyTimeoutMs };
  return new Promise((resolve) => {
    execFile('systemd-notify', variables, options, (error, _out, said) => {
      if (error === null) resolve(undefined);
      else if (error.code === 'ENOENT') resolve({ problem: 'there is no systemd-notify in PATH', hint: withoutIt });
      else resolve({ problem: said.trim() === '' ? error.message : said.trim() });
    });
  });
}

const withoutIt =
  'install it, or start this with Type=simple: a unit of Type=notify ends what does not tell that it is ready';
