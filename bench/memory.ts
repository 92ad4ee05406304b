/**
 * `npm run bench:memory`: how much memory a server takes with very many clients, and with clients that do not read.
 *
 *   node bench/memory.ts [--watchers 10000] [--keys 1000000] [--connections 10000] [--folder PATH] [--doc]
 *
 * Linux alone tells what is measured: the pages that a process has of its own. Open files have to be allowed (`ulimit -n`), one for each
 * connection, on both sides.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machineFacts } from './machine.ts';
import { type Measured, measureIdle, measureRanges, measureUnread, measureWatchers } from './memory/scenarios.ts';
import { type MeasuredServer, startMeasured } from './memory/server.ts';
import { insertIntoDoc, layOut, machineText } from './report.ts';

const { values: options } = parseArgs({
  options: {
    watchers: { type: 'string', default: '10000' },
    keys: { type: 'string', default: '1000000' },
    connections: { type: 'string', default: '10000' },
    folder: { type: 'string', default: tmpdir() },
    doc: { type: 'boolean', default: false },
  },
});
const watchers = Number(options.watchers);
const document = new URL('../docs/benchmarks.md', import.meta.url);
const rows: string[][] = [];

const machine = await machineFacts(options.folder, undefined);
await onServer((server) => measureWatchers(server, { connections: 1, streams: 1, watchers }, 20));
await onServer((server) => measureWatchers(server, { connections: 100, streams: watchers / 100, watchers: 1 }, 20));
await onServer((server) => measureUnread(server, 6_000, 15_000));
await onServer((server) => measureIdle(server, Number(options.connections)));
await onServer((server) => measureRanges(server, Number(options.keys), 256, 3));
const text = [machineText(machine), layOut([['what', 'before, MiB', 'most, MiB', ''], ...rows])].join('\n\n');
console.log(text);
if (options.doc) await writeFile(document, insertIntoDoc(await readFile(document, 'utf8'), text, 'memory'));

async function onServer(measure: (server: MeasuredServer) => Promise<readonly Measured[]>): Promise<void> {
  const folder = await mkdtemp(join(options.folder, 't4-memory-bench-'));
  try {
    const server = await startMeasured(folder, ['--value-cache-size', '64MiB']);
    try {
      for (const { what, beforeMiB, mostMiB, detail } of await measure(server)) {
        rows.push([what, beforeMiB.toFixed(0), mostMiB.toFixed(0), detail]);
        console.error(rows.at(-1)!.join(' | '));
      }
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
