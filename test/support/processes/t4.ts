/** `t4` as a process. */
import { fileURLToPath } from 'node:url';
import { connectEtcd, type EtcdConnection } from '../etcd/connection.ts';
import { startChild, type Child } from './child.ts';
import type { Workplace } from './workplace.ts';

const program = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

export interface T4Options {
  /** Of the log file, and of the node. */
  readonly name: string;
  readonly store: string;
  readonly dataDir: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** As on the command line, without the dashes. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

export interface T4Process extends Child {
  readonly name: string;
  /** Monotonic milliseconds, before the process was there. */
  readonly startedMs: number;
  /** Resolves with its address once it listens, which it also does while it stands by. */
  listening(): Promise<string>;
  /** Resolves when it leads and serves. */
  ready(): Promise<void>;
  /** Opened once and then kept, until `disconnect` or the end of the test's process. */
  connect(): Promise<EtcdConnection>;
  disconnect(): void;
  /** Lines of its log with this message. */
  logged(message: string): readonly LogLine[];
  /** Resolves at the first such line that `fits`. */
  logs(message: string, fits?: (line: LogLine) => boolean): Promise<LogLine>;
}

export type LogLine = Readonly<Record<string, unknown>>;

export function startT4(workplace: Workplace, options: T4Options): T4Process {
  const { name, store, dataDir, environment = {}, settings = {}, flags = [] } = options;
  const startedMs = performance.now();
  const child = workplace.add(
    startChild({
      command: [
        process.execPath,
        program,
        'run',
        ...Object.entries({ store, 'data-dir': dataDir, listen: '127.0.0.1:0', 'node-id': name, ...settings }).flatMap(
          ([setting, value]) => [`--${setting}`, value],
        ),
        ...flags,
      ],
      environment: { T4_LOG_FORMAT: 'json', ...environment },
      logFile: workplace.path(`${name}.log`),
    }),
  );
  let connection: EtcdConnection | undefined;
  const listening = () => child.line((line) => withMessage(line, 'listening')).then(addressIn);
  return {
    ...child,
    name,
    startedMs,
    listening,
    ready: () => child.line((line) => withMessage(line, 'ready to serve client requests')).then(() => undefined),
    async connect() {
      const address = await listening();
      connection ??= connectEtcd(address);
      return connection;
    },
    disconnect() {
      connection?.close();
      connection = undefined;
    },
    logged: (message) => child.lines((line) => withMessage(line, message)),
    logs: (message, fits = () => true) =>
      child.line((line) => {
        const found = withMessage(line, message);
        return found !== undefined && fits(found) ? found : undefined;
      }),
  };
}

export interface CommandResult {
  readonly code: number | null;
  readonly output: string;
}

/** Runs another command of `t4` to its end. */
export async function runT4(
  workplace: Workplace,
  command: string,
  ...options: readonly string[]
): Promise<CommandResult> {
  const child = workplace.add(
    startChild({
      command: [process.execPath, program, command, ...options],
      environment: {},
      logFile: workplace.path(`${command}.log`),
    }),
  );
  const { code } = await child.exited;
  return { code, output: child.lines((line) => line).join('\n') };
}

function withMessage(line: string, message: string): LogLine | undefined {
  if (!line.startsWith('{') || !line.includes(message)) return undefined;
  const parsed = JSON.parse(line) as LogLine;
  return parsed['message'] === message ? parsed : undefined;
}

function addressIn(line: LogLine): string {
  return (line['addresses'] as readonly string[])[0]!;
}
