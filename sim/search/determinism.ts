import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createPool } from './pool.ts';
import type { Subject } from './subject.ts';

/**
 * Proves that a seed gives the same run in every process, on every Node and with any number of workers: each seed is run here, in a second
 * process of the same Node, in one of every other Node that is named, and in pools of workers that share the seeds in different ways. The
 * hashes, each chained over all events of its run, have to be equal. Where two differ, both run again with a line for each event, and the first
 * line that differs is printed.
 *
 *   node sim/search/determinism.ts --seeds 50 --node 22 --node 24
 *
 * A number is a version that npx brings from the registry; anything else is the path of a node. `--hashes` and `--trace` are what the other
 * processes are asked. Exit code: 0 all equal, 1 a difference, 2 wrong usage, or a Node that cannot be had: then nothing is proved.
 */
const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
const subjectDefault = new URL(`./store-subject${ending}`, import.meta.url).href;
const outputBytesMax = 1_000_000_000;
/** Among them one node to four, both durabilities, faults of every port, and each way that the rest of a healed world may end. */
export const seedsDefault = 24;
const workerCounts = [1, 3];
const exitCodes = { equal: 0, different: 1, unproved: 2 } as const;

/** Who else runs the seeds. */
interface Runner {
  readonly name: string;
  hashes(seeds: readonly number[]): Promise<readonly string[]>;
  lines(seed: number): Promise<readonly string[]>;
}

export interface Difference {
  readonly seed: number;
  readonly runner: string;
  /** Position of the first event that differs, from 1, and both sides of it. Undefined: when run again they did not differ. */
  readonly first:
    { readonly event: number; readonly here: string | undefined; readonly there: string | undefined } | undefined;
}

/** The other side cannot be had: nothing is proved. */
export class UnprovedError extends Error {
  override readonly name = 'UnprovedError';
}

/** A process of its own. */
export function processRunner(given: string, subjectUrl: string): Runner {
  const wanted = /^\d+(\.\d+)*$/.test(given) ? given : undefined;
  const name = wanted === undefined ? nameOf(given) : `node ${wanted}`;
  const command = wanted === undefined ? [given] : ['npx', '--yes', `--package=node@${wanted}`, '--', 'node'];
  const ask = (...question: readonly string[]): readonly string[] => {
    const [version, ...lines] = askProcess(name, command, ['--subject', subjectUrl, ...question]);
    if (wanted !== undefined && !`${version}.`.startsWith(`v${wanted}.`)) {
      throw new UnprovedError(`${name} was asked for, and what came is ${version}`);
    }
    return lines;
  };
  return {
    name,
    hashes: async (seeds) => ask('--hashes', seeds.join(',')),
    lines: async (seed) => ask('--trace', String(seed)),
  };
}

function nameOf(file: string): string {
  return file === process.execPath ? 'another process' : file;
}

/** Node before 22.18 reads TypeScript only when it is told to. */
const flags = ['--disable-warning=ExperimentalWarning', '--experimental-strip-types'];

/** The lines that it prints, of which the first is the version of its Node. */
function askProcess(name: string, command: readonly string[], question: readonly string[]): readonly string[] {
  const [file = '', ...before] = command;
  const parameters = [...before, ...flags, fileURLToPath(import.meta.url), ...question];
  try {
    const output = execFileSync(file, parameters, { encoding: 'utf8', maxBuffer: outputBytesMax });
    return output.split('\n').slice(0, -1);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UnprovedError(
      `${name} did not run the seeds (npx brings a Node only where it reaches the registry): ${why}`,
    );
  }
}

/** Threads that share the seeds: what a worker ran before may not matter. */
export function workersRunner(workers: number, subjectUrl: string): Runner {
  async function withPool<Result>(use: (pool: ReturnType<typeof createPool>) => Promise<Result>): Promise<Result> {
    const pool = createPool({ workers, subjectUrl });
    try {
      return await use(pool);
    } finally {
      await pool.close();
    }
  }
  return {
    name: workers === 1 ? 'one worker' : `${workers} workers`,
    // Handed out from the last one on, so that each run has others before it than it has here.
    hashes: (seeds) =>
      withPool(async (pool) => {
        const asked = seeds.toReversed().map((seed) => pool.ask({ kind: 'seeds', seeds: [seed] }));
        const answers = await Promise.all(asked);
        return answers.flatMap(({ runs }) => runs.map(({ traceHash }) => traceHash)).toReversed();
      }),
    lines: (seed) =>
      withPool(async (pool) => {
        const { subject } = (await import(subjectUrl)) as { readonly subject: Subject };
        const scenario = subject.generate(seed);
        const { result } = await pool.ask({ kind: 'scenario', scenario, options: { traceLines: true } });
        return result.trace.lines ?? [];
      }),
  };
}

/** Undefined: all hashes are equal. */
export async function firstDifference(
  subjectUrl: string,
  seeds: readonly number[],
  runners: readonly Runner[],
): Promise<Difference | undefined> {
  const { subject } = (await import(subjectUrl)) as { readonly subject: Subject };
  const own = seeds.map((seed) => subject.run(subject.generate(seed)).trace.hash);
  for (const runner of runners) {
    const theirs = await runner.hashes(seeds);
    const index = own.findIndex((hash, position) => hash !== theirs[position]);
    if (index < 0) continue;
    const seed = seeds[index]!;
    const here = subject.run(subject.generate(seed), { traceLines: true }).trace.lines ?? [];
    return { seed, runner: runner.name, first: firstDifferentLine(here, await runner.lines(seed)) };
  }
  return undefined;
}

export function firstDifferentLine(here: readonly string[], there: readonly string[]): Difference['first'] {
  let index = 0;
  while (index < here.length && here[index] === there[index]) index += 1;
  if (index >= here.length && index >= there.length) return undefined;
  return { event: index + 1, here: here[index], there: there[index] };
}

export function differenceText({ seed, runner, first }: Difference): string {
  const between = `Seed ${seed} differs between this process (${process.version}) and ${runner}`;
  if (first === undefined) return `${between}; run again, all events were equal: it differs from run to run.`;
  const { event, here = '(no such event)', there = '(no such event)' } = first;
  return `${between}, first at event ${event}:\n  here:  ${here}\n  there: ${there}`;
}

async function answer(subjectUrl: string, hashes: string | undefined, trace: string | undefined): Promise<void> {
  const { subject } = (await import(subjectUrl)) as { readonly subject: Subject };
  console.log(process.version);
  for (const seed of hashes?.split(',') ?? []) console.log(subject.run(subject.generate(Number(seed))).trace.hash);
  if (trace === undefined) return;
  const lines = subject.run(subject.generate(Number(trace)), { traceLines: true }).trace.lines ?? [];
  for (const line of lines) console.log(line);
}

async function compare(subjectUrl: string, count: number, nodes: readonly string[]): Promise<number> {
  const seeds = Array.from({ length: count }, (_, index) => index + 1);
  const runners = [
    processRunner(process.execPath, subjectUrl),
    ...nodes.map((node) => processRunner(node, subjectUrl)),
    ...workerCounts.map((workers) => workersRunner(workers, subjectUrl)),
  ];
  const difference = await firstDifference(subjectUrl, seeds, runners);
  if (difference !== undefined) {
    console.log(differenceText(difference));
    return exitCodes.different;
  }
  const names = runners.map(({ name }) => name).join(', ');
  console.log(`${count} seeds have the same hash here (${process.version}) and on ${names}.`);
  return exitCodes.equal;
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        subject: { type: 'string', default: subjectDefault },
        seeds: { type: 'string', default: String(seedsDefault) },
        node: { type: 'string', multiple: true, default: [] },
        hashes: { type: 'string' },
        trace: { type: 'string' },
      },
    });
    if (values.hashes !== undefined || values.trace !== undefined) {
      await answer(values.subject, values.hashes, values.trace);
      return exitCodes.equal;
    }
    const count = Number(values.seeds);
    if (!Number.isSafeInteger(count) || count < 1) throw new UnprovedError(`--seeds ${values.seeds} is no count`);
    return await compare(values.subject, count, values.node);
  } catch (error) {
    const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
    if (!isUsage && !(error instanceof UnprovedError)) throw error;
    console.error(`Nothing is proved: ${error.message}`);
    return exitCodes.unproved;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
