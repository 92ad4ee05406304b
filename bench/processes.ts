/**
 * The processes of a run: started here, ended here, by their own handles.
 *
 * - `stopAll` ends them in good order, then by force; if this process goes down without it, they are still killed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

export interface Processes {
  start(program: string, args: readonly string[], output: string, environment: NodeJS.ProcessEnv): ChildProcess;
  adopt(child: ChildProcess): ChildProcess;
  stopAll(): Promise<void>;
}

const stopMsMax = 8_000;

export function createProcesses(): Processes {
  const running = new Set<ChildProcess>();
  process.on('exit', () => {
    for (const child of running) child.kill('SIGKILL');
  });

  function adopt(child: ChildProcess): ChildProcess {
    running.add(child);
    child.once('exit', () => running.delete(child));
    child.once('error', () => running.delete(child));
    return child;
  }

  return {
    adopt,
    start(program, args, output, environment) {
      const file = openSync(output, 'a');
      try {
        return adopt(spawn(program, args, { stdio: ['ignore', file, file], env: environment }));
      } finally {
        closeSync(file);
      }
    },
    async stopAll() {
      await Promise.all([...running].map(stop));
    },
  };
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

/** The kernel's own count, in hundredths of a second; undefined where there is none to read. */
export async function cpuMsOf(pid: number): Promise<number | undefined> {
  try {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may have spaces.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return undefined;
  }
}
