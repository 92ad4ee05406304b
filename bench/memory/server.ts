/** A server of its own to measure: on a folder, so that values lie on the disk and the process holds what it has to hold. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface MeasuredServer {
  readonly port: number;
  /** MiB that the process has of its own: files' pages that are mapped are the system's to drop. */
  memoryMiB(): Promise<number>;
  /** The most that was seen while `act` ran, looked at often. */
  peakMiBDuring(act: () => Promise<void>): Promise<number>;
  /** The least within a moment: what is left when what was garbage is gone. */
  settledMiB(): Promise<number>;
  stop(): Promise<void>;
}

const t4Main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const sampleMs = 20;
const settleSamples = 40;
const settleSampleMs = 250;

export async function startMeasured(folder: string, settings: readonly string[] = []): Promise<MeasuredServer> {
  const child = spawn(
    process.execPath,
    [
      t4Main,
      'run',
      ...['--store', `file:${join(folder, 'store')}`, '--data-dir', join(folder, 'node')],
      ...['--listen', '127.0.0.1:0', '--log-format', 'json', '--log-level', 'info'],
      // What is measured is memory: a machine that is busy must not end the lead.
      ...['--lease-ttl', '60s', '--request-timeout', '60s'],
      ...settings,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: withoutSettings(process.env) },
  );
  const killNow = () => void child.kill('SIGKILL');
  process.once('exit', killNow);
  const port = await portOf(child);
  const memoryMiB = async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)![1]) / 1024;
  };
  return {
    port,
    memoryMiB,
    async peakMiBDuring(act) {
      let peak = 0;
      let over = false;
      const watching = (async () => {
        while (!over) {
          peak = Math.max(peak, await memoryMiB());
          await sleep(sampleMs);
        }
      })();
      try {
        await act();
      } finally {
        over = true;
      }
      await watching;
      return Math.max(peak, await memoryMiB());
    },
    async settledMiB() {
      let least = Infinity;
      for (let sample = 0; sample < settleSamples; sample++) {
        least = Math.min(least, await memoryMiB());
        await sleep(settleSampleMs);
      }
      return least;
    },
    async stop() {
      process.off('exit', killNow);
      const exited = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill('SIGKILL')) await exited;
    },
  };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let out = '';
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${out.slice(-2_000)}`)));
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      out = (out + chunk).slice(-100_000);
      const line = out.split('\n').find((each) => each.includes('"ready to serve client requests"'));
      if (line?.endsWith('}') !== true) return;
      const { addresses } = JSON.parse(line) as { readonly addresses: readonly string[] };
      resolve(Number(/\d+$/.exec(addresses[0]!)![0]));
    });
  });
}

function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('T4_')));
}
