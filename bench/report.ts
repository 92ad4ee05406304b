/** The result for people: one line for each operation and number of streams. */
import type { MachineFacts } from './machine.ts';
import type { BenchOptions } from './options.ts';
import type { MeasuredRound, Measurement } from './run.ts';
import { median, pairedRatios } from './statistics.ts';

/** A Markdown table, readable as it stands. */
export function table(measurements: readonly Measurement[]): string {
  const withEtcd = measurements.some(({ rounds }) => rounds.etcd !== undefined);
  const heads = withEtcd
    ? [...firstHeads, ...headsOf('t4'), ...headsOf('etcd'), ratioHead]
    : [...firstHeads, ...headsOf('t4')];
  return layOut([[...heads, generatorHead], ...measurements.map((measurement) => lineOf(measurement))]);
}

const firstHeads = ['operation', 'streams'];
const ratioHead = 't4 / etcd';
const generatorHead = 'generator';

function headsOf(name: string): readonly string[] {
  return [`${name} calls/s`, `p50 ms`, `p99 ms`, `CPU µs/call`];
}

function lineOf({ operation, streams, rounds: { t4 = [], etcd } }: Measurement): readonly string[] {
  const first = [operation, whole(streams), ...cellsOf(t4)];
  if (etcd === undefined) return [...first, generatorShare(t4)];
  const ratios = pairedRatios(rates(t4), rates(etcd));
  const ratio = `${ratios.median.toFixed(2)} (${ratios.min.toFixed(2)}–${ratios.max.toFixed(2)})`;
  return [...first, ...cellsOf(etcd), ratio, generatorShare([...t4, ...etcd])];
}

function cellsOf(rounds: readonly MeasuredRound[]): readonly string[] {
  const cpu = rounds.map(({ serverCpuMicroseconds }) => serverCpuMicroseconds).filter((value) => value !== undefined);
  return [
    whole(median(rates(rounds))),
    median(rounds.map(({ p50Ms }) => p50Ms)).toFixed(2),
    median(rounds.map(({ p99Ms }) => p99Ms)).toFixed(2),
    cpu.length === rounds.length ? whole(median(cpu)) : '?',
  ];
}

function rates(rounds: readonly MeasuredRound[]): readonly number[] {
  return rounds.map(({ callsPerSecond }) => callsPerSecond);
}

/** The busiest round counts: there the generator may have been the limit. */
function generatorShare(rounds: readonly MeasuredRound[]): string {
  return `${Math.round(100 * Math.max(...rounds.map(({ generatorCpu }) => generatorCpu)))} %`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A Markdown table; the first line is its head. */
export function layOut(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const drawn = lines.map(
    (line) => `| ${widths.map((width, column) => pad(line[column] ?? '', width, column)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [drawn[0], rule, ...drawn.slice(1)].join('\n');
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

export function machineText({ cores, processor, memoryGiB, system, loadBefore }: MachineFacts): string {
  return `- Machine: ${cores} cores (${processor}), ${memoryGiB} GiB of memory, ${system}; load before the run ${loadBefore.toFixed(1)}.`;
}

/** In sentences, above the table. */
export function facts(options: BenchOptions, machine: MachineFacts): string {
  const { node, etcd, folderInMemory } = machine;
  return [
    machineText(machine),
    `- Servers: T4 on Node ${node}, store ${options.store}, durability ${options.durability}; ${etcd === undefined ? 'no etcd' : `etcd ${etcd}`}.`,
    `- Rounds of each server: ${options.rounds}, of ${options.seconds} s, alternating; medians.`,
    ...(folderInMemory ? ['- The data folder is in memory: neither server was made to wait for a disk.'] : []),
    ...(options.profile === undefined ? [] : ['- T4 ran under the profiler, which slows it.']),
  ].join('\n');
}

/** The document with what stood between the marks of that name replaced. */
export function insertIntoDoc(doc: string, text: string, name = 'bench'): string {
  const [docBegin, docEnd] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [begin, end] = [doc.indexOf(docBegin), doc.indexOf(docEnd)];
  if (begin < 0 || end < begin) throw new Error(`the document lacks the marks ${docBegin} and ${docEnd}`);
  return `${doc.slice(0, begin + docBegin.length)}\n\n${text}\n\n${doc.slice(end)}`;
}
