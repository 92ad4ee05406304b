/** A process of its own whose output is kept in a file, and shown when a test fails. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

export interface Child {
  readonly pid: number;
  readonly logFile: string;
  /** Resolves with the first line for which `pick` gives something; rejects when the process ends before. */
  line<Found>(pick: (line: string) => Found | undefined): Promise<Found>;
  /** Every line so far for which `pick` gives something. */
  lines<Found>(pick: (line: string) => Found | undefined): readonly Found[];
  signal(name: NodeJS.Signals): void;
  readonly exited: Promise<ExitStatus>;
  running(): boolean;
  /** SIGKILL, if it still runs. */
  kill(): Promise<void>;
}

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
}

export function startChild({ command, environment, logFile }: ChildOptions): Child {
  const child: ChildProcess = spawn(command[0]!, command.slice(1), {
    env: { ...withoutSettings(process.env), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const file = createWriteStream(logFile, { flags: 'a' });
  file.write(`# ${child.pid}: ${command.join(' ')}\n`);
  const seen: string[] = [];
  const listeners = new Set<(line: string | undefined) => void>();
  const tell = (line: string | undefined) => {
    for (const listener of [...listeners]) listener(line);
  };
  for (const output of [child.stdout!, child.stderr!]) {
    createInterface({ input: output }).on('line', (line) => {
      file.write(`${line}\n`);
      seen.push(line);
      tell(line);
    });
  }
  let status: ExitStatus | undefined;
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('error', (error) => file.write(`# cannot start: ${error.message}\n`));
    child.once('close', (code, signal) => {
      status = { code, signal };
      file.end(`# ended with code ${code}, signal ${signal}\n`);
      resolve(status);
      tell(undefined);
    });
  });

  return {
    pid: child.pid!,
    logFile,
    exited,
    running: () => status === undefined,
    lines: (pick) => seen.map(pick).filter((found) => found !== undefined),
    line: (pick) =>
      new Promise((resolve, reject) => {
        const take = (line: string | undefined) => {
          if (line === undefined) {
            listeners.delete(take);
            void readFile(logFile, 'utf8').then((log) => reject(new Error(`the process ended first:\n${tail(log)}`)));
            return;
          }
          const found = pick(line);
          if (found === undefined) return;
          listeners.delete(take);
          resolve(found);
        };
        for (const line of seen) {
          const found = pick(line);
          if (found !== undefined) return resolve(found);
        }
        listeners.add(take);
        if (status !== undefined) take(undefined);
      }),
    signal: (name) => void child.kill(name),
    async kill() {
      if (status === undefined) child.kill('SIGKILL');
      await exited;
    },
  };
}

/** What is set for the tests, or for a node of whoever runs them, is not for the processes here. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('T4_')));
}

const tailLines = 40;

export function tail(log: string): string {
  return log.trimEnd().split('\n').slice(-tailLines).join('\n');
}
