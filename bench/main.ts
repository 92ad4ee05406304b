/**
 * `npm run bench`: T4 and etcd side by side.
 *
 * - Standard output has the result alone; progress goes to standard error.
 * - However the run ends, its processes are gone and its folder is removed.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGenerator } from './generator-process.ts';
import { machineFacts, type MachineFacts } from './machine.ts';
import { parseOptions, type BenchOptions } from './options.ts';
import { createProcesses, type Processes } from './processes.ts';
import { facts, insertIntoDoc, table } from './report.ts';
import { loadKeys, measureAll, type Measurement } from './run.ts';
import { etcdVersionOf, startEtcd, startT4, untilReady } from './servers.ts';

const document = new URL('../docs/benchmarks.md', import.meta.url);
const options = parseOptions(process.argv.slice(2), tmpdir());
const processes = createProcesses();
const folder = await mkdtemp(join(options.folder, 't4-bench-'));
let cleaning: Promise<void> | undefined;
let interrupted = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true;
    progress(`${signal}: stopping the servers`);
    void clean().finally(() => process.exit(128 + constants.signals[signal]));
  });
}

try {
  await bench();
} catch (error) {
  // Interrupted, all that fails is what was stopped on purpose.
  if (!interrupted) {
    progress(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
} finally {
  await clean();
}

async function bench(): Promise<void> {
  const etcdVersion = options.etcd === false ? undefined : etcdVersionOf(options.etcd);
  if (options.etcd !== false && etcdVersion === undefined) {
    progress(`no etcd at ${options.etcd} (Debian: etcd-server): T4 runs alone, without ratios`);
  }
  const machine = await machineFacts(folder, etcdVersion);
  await report(machine, await runServers(options, etcdVersion !== undefined, processes));
}

async function runServers(
  { etcd }: BenchOptions,
  withEtcd: boolean,
  processes: Processes,
): Promise<readonly Measurement[]> {
  const generator = startGenerator();
  processes.adopt(generator.process);
  const servers = [await startT4(options, folder, processes)];
  if (withEtcd && etcd !== false) servers.push(await startEtcd(etcd, folder, processes));
  for (const server of servers) await untilReady(server, generator);
  progress('writing the keys');
  await loadKeys(servers, generator);
  return measureAll(options, servers, generator, progress);
}

async function report(machine: MachineFacts, measurements: readonly Measurement[]): Promise<void> {
  const text = `${facts(options, machine)}\n\n${table(measurements)}`;
  console.log(text);
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify({ machine, options, measurements }, undefined, 2)}\n`);
  }
  if (options.doc) await writeFile(document, insertIntoDoc(await readFile(document, 'utf8'), text));
}

function clean(): Promise<void> {
  cleaning ??= processes.stopAll().then(() => rm(folder, { recursive: true, force: true }));
  return cleaning;
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
