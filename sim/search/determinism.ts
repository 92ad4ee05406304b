import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Subject } from './subject.ts';

/**
 * Proves that a seed gives the same run in every process and on every Node: each seed is run here, in a second process of the same Node, and in
 * one of every other Node that is named; the hashes have to be equal. Where two differ, both run again with a line for each event, and the
 * first line that differs is printed.
 *
 *   node sim/search/determinism.ts --seeds 50 --node 22 --node 24
 *
 * A number is a version that npx brings from the registry; anything else is the path of a node. `--hashes` and `--trace` are what the other
 * processes are asked.
 */
const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
const subjectDefault = new URL(`./store-subject${ending}`, import.meta.url).href;
const outputBytesMax = 1_000_000_000;

export interface NodeBinary {
  readonly name: string;
  readonly file: string;
  readonly before: readonly string[];
}

export function nodeBinary(given: string): NodeBinary {
  if (!/^\d+(\.\d+)*$/.test(given)) return { name: given, file: given, before: [] };
  return { name: `node ${given}`, file: 'npx', before: ['--yes', `--package=node@${given}`, '--', 'node'] };
}

/** Node before 22.18 reads TypeScript only when it is told to. */
const flags = ['--disable-warning=ExperimentalWarning', '--experimental-strip-types'];

function ask(binary: NodeBinary, subjectUrl: string, question: readonly string[]): readonly string[] {
  const script = fileURLToPath(import.meta.url);
  const parameters = [...binary.before, ...flags, script, '--subject', subjectUrl, ...question];
  return execFileSync(binary.file, parameters, { encoding: 'utf8', maxBuffer: outputBytesMax }).split('\n');
}

export interface Difference {
  readonly seed: number;
  readonly binary: string;
  /** Position of the first event that differs, from 1, and both sides of it. */
  readonly event: number;
  readonly here: string | undefined;
  readonly there: string | undefined;
}

/** Undefined: all hashes are equal. */
export async function firstDifference(
  subjectUrl: string,
  seeds: readonly number[],
  binaries: readonly NodeBinary[],
): Promise<Difference | undefined> {
  const { subject } = (await import(subjectUrl)) as { readonly subject: Subject };
  const own = seeds.map((seed) => subject.run(subject.generate(seed)).trace.hash);
  for (const binary of binaries) {
    const theirs = ask(binary, subjectUrl, ['--hashes', seeds.join(',')]);
    const index = own.findIndex((hash, position) => hash !== theirs[position]);
    if (index < 0) continue;
    const seed = seeds[index]!;
    const here = subject.run(subject.generate(seed), { traceLines: true }).trace.lines ?? [];
    const there = ask(binary, subjectUrl, ['--trace', String(seed)]).slice(0, -1);
    return { seed, binary: binary.name, ...firstDifferentLine(here, there) };
  }
  return undefined;
}

export function firstDifferentLine(
  here: readonly string[],
  there: readonly string[],
): Pick<Difference, 'event' | 'here' | 'there'> {
  let index = 0;
  while (index < here.length && here[index] === there[index]) index += 1;
  return { event: index + 1, here: here[index], there: there[index] };
}

async function main(parameters: readonly string[]): Promise<void> {
  const all = (name: string): readonly string[] =>
    parameters.flatMap((parameter, index) => (parameter === name ? [parameters[index + 1] ?? ''] : []));
  const subjectUrl = all('--subject')[0] ?? subjectDefault;
  const { subject } = (await import(subjectUrl)) as { readonly subject: Subject };
  const [hashes] = all('--hashes');
  if (hashes !== undefined) {
    for (const seed of hashes.split(',')) console.log(subject.run(subject.generate(Number(seed))).trace.hash);
    return;
  }
  const [trace] = all('--trace');
  if (trace !== undefined) {
    for (const line of subject.run(subject.generate(Number(trace)), { traceLines: true }).trace.lines ?? []) {
      console.log(line);
    }
    return;
  }
  const count = Number(all('--seeds')[0] ?? '20');
  const seeds = Array.from({ length: count }, (_, index) => index + 1);
  const binaries = [nodeBinary(process.execPath), ...all('--node').map(nodeBinary)];
  const difference = await firstDifference(subjectUrl, seeds, binaries);
  if (difference === undefined) {
    console.log(`${count} seeds have the same hash on ${binaries.map(({ name }) => name).join(', ')}`);
    return;
  }
  const { seed, binary, event, here, there } = difference;
  console.log(`Seed ${seed} differs between this process (${process.version}) and ${binary}, first at event ${event}:`);
  console.log(`  here:  ${here ?? '(no such event)'}\n  there: ${there ?? '(no such event)'}`);
  process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
