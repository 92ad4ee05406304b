import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A child that serves. It is killed with the process that started it, whatever becomes of the tests. */
export interface ServerProcess {
  readonly child: ChildProcess;
  /** What it said so far, both outputs. */
  output(): string;
  isAlive(): boolean;
  kill(): Promise<void>;
}

const outputCharsMax = 200_000;

export function spawnServer(command: string, args: readonly string[], env: NodeJS.ProcessEnv): ServerProcess {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const take = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-outputCharsMax);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  child.on('error', (error) => (output += String(error)));
  const isAlive = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const killNow = () => void child.kill('SIGKILL');
  process.once('exit', killNow);
  return {
    child,
    output: () => output,
    isAlive,
    kill: async () => {
      process.off('exit', killNow);
      if (!isAlive()) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a port was asked for');
    ports.push(address.port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Polls until `ready` answers; throws with the server's words when it ended or `attemptsMax` were not enough. */
export async function untilReady<T>(server: ServerProcess, ready: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const answer = await ready();
    if (answer !== undefined) return answer;
    if (!server.isAlive()) break;
    await new Promise((resolve) => setTimeout(resolve, attemptPauseMs));
  }
  const output = server.output();
  await server.kill();
  throw new Error(`the server did not become ready:\n${output}`);
}

const attemptsMax = 600;
const attemptPauseMs = 50;
