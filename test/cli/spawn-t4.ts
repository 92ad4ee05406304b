/** Runs the command line as a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly error: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves with the first log line whose message is `message`; rejects when the process ends without it. */
  logged(message: string): Promise<Readonly<Record<string, unknown>>>;
}

export function startT4(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('T4_')));
  const child = spawn(process.execPath, [entry, ...args], {
    env: { ...clean, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let error = '';
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    error += text;
    for (const look of [...watchers]) look();
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, out, error }));
  });
  const logged = (message: string): Promise<Readonly<Record<string, unknown>>> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const line = logLines(error).find((candidate) => (candidate['message'] ?? candidate['msg']) === message);
        if (line === undefined) return;
        watchers.delete(look);
        resolve(line);
      };
      watchers.add(look);
      look();
      void finished.then(() => reject(new Error(`ended without logging "${message}":\n${error}`)));
    });
  return { child, finished, logged };
}

export function runT4(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Finished> {
  return startT4(args, environment).finished;
}

export function logLines(text: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
}
