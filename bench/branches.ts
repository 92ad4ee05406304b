/**
 * `npm run bench:branches`: what making a branch costs at two sizes, and whether branches are isolated under load.
 *
 *   node bench/branches.ts [--keys 1000000] [--minutes 3] [--folder PATH] [--seed 1] [--doc]
 *
 * Ends with 1 when a database ever held anything else than what was written to it.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureCreation, type CreationResult } from './branches/creation.ts';
import { runIsolation, type IsolationResult } from './branches/isolation.ts';
import { machineFacts } from './machine.ts';
import { insertIntoDoc, layOut, machineText } from './report.ts';

const { values: options } = parseArgs({
  options: {
    keys: { type: 'string', default: '1000000' },
    minutes: { type: 'string', default: '3' },
    folder: { type: 'string', default: tmpdir() },
    seed: { type: 'string', default: '1' },
    doc: { type: 'boolean', default: false },
  },
});
const keysFew = 1_000;
const keysUnderLoad = 10_000;
const document = new URL('../docs/benchmarks.md', import.meta.url);
const command = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const folder = await mkdtemp(join(options.folder, 't4-branches-bench-'));

try {
  await bench();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function bench(): Promise<void> {
  const machine = await machineFacts(folder, undefined);
  const creations: CreationResult[] = [];
  for (const keys of [keysFew, Number(options.keys)]) creations.push(await measureCreation(folder, keys, progress));
  const isolation = await runIsolation({
    folder: join(folder, 'load'),
    keys: keysUnderLoad,
    seconds: Number(options.minutes) * 60,
    rounds: 5,
    writesEach: 1_000,
    compareEveryMs: 5_000,
    checkpointIntervalMs: 1_000,
    writers: 4,
    pauseMs: 8,
    seed: Number(options.seed),
    collect: collectByCommand,
    progress,
  });
  const text = [machineText(machine), creationText(creations), isolationText(isolation)].join('\n\n');
  console.log(text);
  if (options.doc) await writeFile(document, insertIntoDoc(await readFile(document, 'utf8'), text, 'branches'));
  const isSame = creations[0]!.cuts.every(
    ({ requests }, index) => `${requests}` === `${creations[1]!.cuts[index]!.requests}`,
  );
  if (!isSame || isolation.differences.length > 0) process.exitCode = 1;
}

/** `t4 gc`, a process of its own. */
function collectByCommand(url: string, retentionMs: number, graceMs: number): Promise<void> {
  const durations = ['--retention', `${retentionMs}ms`, '--grace', `${graceMs}ms`];
  const child = spawn(process.execPath, [command, 'gc', '--store', url, ...durations], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let error = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`t4 gc ended with ${code}: ${error}`))));
  });
}

function creationText(creations: readonly CreationResult[]): string {
  const sizes = creations.map(({ keys }) => keys.toLocaleString('en-US'));
  const head = [
    'branch at',
    ...sizes.map((keys) => `requests at ${keys} keys`),
    ...sizes.map((keys) => `ms at ${keys}`),
  ];
  const lines = creations[0]!.cuts.map(({ cut }, index) => [
    cut,
    ...creations.map(({ cuts }) => String(cuts[index]!.requests.length)),
    ...creations.map(({ cuts }) => cuts[index]!.ms.toFixed(0)),
  ]);
  const last = creations.at(-1)!;
  const requests = last.cuts.map((one) => `- Requests at ${one.cut}: ${countedText(one.requests)}.`);
  return [layOut([head, ...lines]), requests.join('\n')].join('\n\n');
}

function countedText(requests: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const request of requests) counts.set(request, (counts.get(request) ?? 0) + 1);
  return [...counts].map(([request, count]) => (count === 1 ? request : `${count} × ${request}`)).join(', ');
}

function isolationText({ databases, shortLived, collectionsOutside, seconds, differences }: IsolationResult): string {
  const lines = databases.map((one) => [
    one.name,
    ...[one.writes, one.revision, one.keys, one.comparisons, one.slots, one.slotsCollected].map((value) =>
      value.toLocaleString('en-US'),
    ),
  ]);
  const head = ['database', 'writes', 'revision', 'keys', 'comparisons', 'slots of the log', 'of them collected'];
  return [
    `${seconds.toFixed(0)} s of load, ${shortLived} short-lived branches, ${collectionsOutside} collections by \`t4 gc\` beside those of the nodes:`,
    layOut([head, ...lines]),
    differences.length === 0
      ? 'No difference was found.'
      : `**${differences.length} differences**:\n${differences.map((line) => `- ${line}`).join('\n')}`,
  ].join('\n\n');
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
