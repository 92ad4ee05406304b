/** The two contenders, each on fresh data and a port of its own on loopback. */
import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Generator } from './generator-process.ts';
import type { BenchOptions } from './options.ts';
import type { Processes } from './processes.ts';

export type Contender = 't4' | 'etcd';

export interface RunningServer {
  readonly name: Contender;
  readonly port: number;
  readonly pid: number;
  /** Rejects with the tail of what it said when the process ends; never resolves. */
  readonly ended: Promise<never>;
}

const readyMsMax = 30_000;
const readyPauseMs = 50;
const tailCharsMax = 2_000;
const t4Main = new URL('../src/cli/main.ts', import.meta.url).pathname;

/** Undefined: there is no such program. */
export function etcdVersionOf(program: string): string | undefined {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  return /etcd Version: (\S+)/.exec(stdout)?.[1] ?? 'of unknown version';
}

export async function startT4(options: BenchOptions, folder: string, processes: Processes): Promise<RunningServer> {
  const { store, durability, profile } = options;
  const port = await freePort();
  const stores: Readonly<Record<string, string>> = { folder: `file:${join(folder, 't4-store')}`, memory: 'memory:' };
  const inMemory = store === 'memory' && durability === 'object';
  const args = [
    ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
    ...[t4Main, 'run', '--store', stores[store] ?? store, '--durability', durability],
    ...(inMemory ? [] : ['--data-dir', join(folder, 't4-node')]),
    ...['--listen', `127.0.0.1:${port}`, '--log-level', 'warn', '--log-format', 'text'],
  ];
  const output = join(folder, 't4.log');
  // Of the settings in the environment, those that reach a bucket are meant.
  const environment = environmentWithout((name) => name.startsWith('T4_') && !name.startsWith('T4_S3_'));
  return running('t4', port, processes.start(process.execPath, args, output, environment), output);
}

export async function startEtcd(program: string, folder: string, processes: Processes): Promise<RunningServer> {
  const [port, peerPort] = [await freePort(), await freePort()];
  const [clientUrl, peerUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  const args = [
    ...['--name', 'bench', '--data-dir', join(folder, 'etcd'), '--logger', 'zap', '--log-level', 'error'],
    ...['--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl],
    ...[
      '--listen-peer-urls',
      peerUrl,
      '--initial-advertise-peer-urls',
      peerUrl,
      '--initial-cluster',
      `bench=${peerUrl}`,
    ],
    // A long run must not end in an alarm.
    ...['--quota-backend-bytes', String(8 * 2 ** 30)],
  ];
  const output = join(folder, 'etcd.log');
  const environment = environmentWithout((name) => name.startsWith('ETCD_'));
  return running('etcd', port, processes.start(program, args, output, environment), output);
}

/** Resolves when a read is answered. */
export async function untilReady({ name, port, ended }: RunningServer, generator: Generator): Promise<void> {
  const deadline = performance.now() + readyMsMax;
  for (;;) {
    const problem = await Promise.race([generator.probe(port), ended]);
    if (problem === undefined) return;
    if (performance.now() > deadline) throw new Error(`${name} does not serve after ${readyMsMax} ms: ${problem}`);
    await sleep(readyPauseMs);
  }
}

function running(name: Contender, port: number, child: ChildProcess, output: string): RunningServer {
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const tail = readFile(output, 'utf8').then(
        (text) => text.slice(-tailCharsMax),
        () => '',
      );
      void tail.then((text) => reject(new Error(`${name} ended (${signal ?? `code ${code}`})\n${text}`)));
    });
  });
  // Who waits for it is told; at other times, such as the end of the run, it is no news.
  ended.catch(() => undefined);
  return { name, port, pid: child.pid ?? 0, ended };
}

function environmentWithout(dropped: (name: string) => boolean): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !dropped(name)));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no free port on loopback'));
        else resolve(address.port);
      });
    });
  });
}
