import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { isFailure } from '../search/failure.ts';
import { oracleNames } from '../oracle/all-oracles.ts';
import { campaign } from './run-campaign.ts';
import { crashPoints } from './crash-points.ts';
import { exitCodeOf, exitCodes, exitCodesText, type ExitCode } from './exit-code.ts';
import { list } from './list.ts';
import { UsageError, type Output } from './output.ts';
import { replay } from './replay.ts';
import { loadSubject, openPool, readScenario, type SubjectSettings } from './settings.ts';
import { tellFinding } from './tell-finding.ts';
import { ScenarioError } from '../scenario-error.ts';
import { shrinkRunsDefault } from '../search/shrink.ts';

/** `t4 sim` as a person meets it. Returns the exit code; never throws. */
export async function runSimulator(argv: readonly string[], output: Output): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const program = createProgram(output, (exitCode) => (code = exitCode));
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    return reportError(error, output);
  }
}

function createProgram(output: Output, done: (code: ExitCode) => void): Command {
  const program = new Command('t4 sim')
    .description(
      'Runs the store in a simulated world that breaks it in every way it knows, and tells what broke, as small as it gets. ' +
        'The same scenario gives the same run on every machine.',
    )
    .exitOverride()
    .configureOutput({ writeOut: output.out.bind(output), writeErr: () => undefined })
    .addHelpText('after', `\n${exitCodesText}`);
  addRun(program, output, done);
  addShrink(program, output, done);
  addCrashPoints(program, output, done);
  addList(program, output);
  return program;
}

interface RunFlags extends SubjectSettings {
  readonly seed?: number;
  readonly seeds?: number;
  readonly minutes?: number;
  readonly shard: { readonly part: number; readonly parts: number };
  readonly findings: number;
  readonly corpus: boolean;
  readonly allowUnexercised: boolean;
  readonly shrinkRuns: number;
  readonly without?: readonly string[];
  readonly out?: string;
  readonly json: boolean;
  readonly junit?: string;
  readonly trace: boolean;
}

const seedsDefault = 200;
const folderDefault = 't4-sim';

function addRun(program: Command, output: Output, done: (code: ExitCode) => void): void {
  const command = program
    .command('run [scenario]', { isDefault: true })
    .description(
      'run one scenario (a file, or the one of a seed), or a campaign of seeds; a campaign runs the corpus of failures first',
    )
    .option('--seed <N>', 'the scenario of this seed; with --seeds or --minutes the first one', seedNumber)
    .option('--seeds <COUNT>', `so many seeds (default: ${seedsDefault})`, countNumber)
    .option('--minutes <M>', 'as many seeds as fit into this time', positiveNumber)
    .addOption(
      new Option('--shard <I/N>', 'the i-th of n parts of the seeds, for a CI matrix')
        .argParser(shardOf)
        .default({ part: 1, parts: 1 }, '1/1'),
    )
    .option('--findings <COUNT>', 'stop after so many broken guarantees', countNumber, 5)
    .option('--no-corpus', 'leave out the corpus')
    .option('--allow-unexercised', 'pass although a guarantee or a fault was not exercised', false)
    .option('--without <ORACLE>', 'switch an oracle off; may be repeated', collect)
    .option('--shrink-runs <COUNT>', 'how many runs shrinking may take', wholeNumber, shrinkRunsDefault)
    .option('--out <FOLDER>', `where scenarios, timelines and exports go (default: ${folderDefault}, for findings)`)
    .option('--trace', 'print one line for each event of a single run', false)
    .option('--junit <FILE>', 'write JUnit XML');
  addCommon(command).action(async (file: string | undefined, flags: RunFlags) => {
    checkOracles(flags);
    if (file !== undefined) {
      done(await replay(await readScenario(file, flags), file, flags, output));
      return;
    }
    if (flags.seed !== undefined && flags.seeds === undefined && flags.minutes === undefined) {
      const subject = await loadSubject(flags);
      done(await replay(subject.generate(flags.seed), `--seed ${flags.seed}`, flags, output));
      return;
    }
    const count = flags.seeds ?? (flags.minutes === undefined ? seedsDefault : undefined);
    const { findings, out = folderDefault, seed = 1, shard, ...others } = flags;
    done(
      await campaign({ ...others, folder: out, findingsMax: findings, seeds: { first: seed, count, shard } }, output),
    );
  });
}

/** Only the store's are known here. */
function checkOracles({ subject, without = [] }: RunFlags): void {
  const unknown = without.find((name) => !(oracleNames as readonly string[]).includes(name));
  if (subject !== undefined || unknown === undefined) return;
  throw new UsageError(`there is no oracle called ${unknown}; there are ${oracleNames.join(', ')}`);
}

interface ShrinkFlags extends SubjectSettings {
  readonly runs: number;
  readonly out: string;
}

function addShrink(program: Command, output: Output, done: (code: ExitCode) => void): void {
  const command = program
    .command('shrink <scenario>')
    .description('make a failing scenario as small as it gets')
    .option('--runs <COUNT>', 'how many runs it may take', countNumber, 10 * shrinkRunsDefault)
    .option('--out <FOLDER>', 'where the result goes', folderDefault);
  addSubject(command).action(async (file: string, flags: ShrinkFlags) => {
    const pool = await openPool({ ...flags, workers: 1 });
    try {
      const told = await tellFinding(
        pool,
        await readScenario(file, flags),
        { ...flags, folder: flags.out, shrinkRuns: flags.runs },
        output,
      );
      if (told === undefined) output.out('It does not fail: nothing to shrink.\n');
      const verdict = told?.shrunk.result.verdict;
      done(verdict !== undefined && isFailure(verdict) ? exitCodeOf([verdict]) : exitCodes.ok);
    } finally {
      await pool.close();
    }
  });
}

interface CrashPointsFlags extends SubjectSettings {
  readonly seed: number;
  readonly depth: 1 | 2;
  readonly runs: number;
  readonly restart: number;
  readonly diskLost: boolean;
  readonly shrinkRuns: number;
  readonly out: string;
  readonly json: boolean;
}

function addCrashPoints(program: Command, output: Output, done: (code: ExitCode) => void): void {
  const command = program
    .command('crash-points [scenario]')
    .description(
      'run a scenario once, then again with a crash after each of its effects, and after each effect of the recovery',
    )
    .option('--seed <N>', 'the scenario of this seed', seedNumber, 1)
    .option('--depth <DEPTH>', '1: one crash; 2: a second one inside each recovery', depthOf, 1)
    .option('--runs <COUNT>', 'at most so many runs, evenly over all points', countNumber, 5_000)
    .option('--restart <MS>', 'how long a node stays down', countNumber, 500)
    .option('--disk-lost', 'nodes come back without their disks', false)
    .option('--shrink-runs <COUNT>', 'how many runs shrinking may take', wholeNumber, shrinkRunsDefault)
    .option('--out <FOLDER>', 'where scenarios of findings go', folderDefault);
  addCommon(command).action(async (file: string | undefined, flags: CrashPointsFlags) => {
    const { runs, restart, out, ...others } = flags;
    const scenario = file === undefined ? undefined : await readScenario(file, flags);
    done(await crashPoints({ ...others, runsMax: runs, restartMs: restart, folder: out, file: scenario }, output));
  });
}

function addList(program: Command, output: Output): void {
  program
    .command('list')
    .description('name the faults, mutants, workloads, incidents, scenarios and the corpus')
    .option('--subject <MODULE>', 'of this module instead of the store')
    .option('--json', 'print JSON', false)
    .action(async (flags: { readonly json: boolean; readonly subject?: string }) => list(flags, output));
}

function addCommon(command: Command): Command {
  return addSubject(command)
    .option('--workers <COUNT>', 'threads (default: one for each core)', countNumber)
    .option('--json', 'print JSON', false);
}

function addSubject(command: Command): Command {
  return command
    .option('--mutant <NAME>', 'with this planted bug in the place of a file of the core')
    .option('--subject <MODULE>', 'search this module instead of the store: it exports `subject`');
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text))) throw new InvalidArgumentError('not a whole number');
  return Number(text);
}

function countNumber(text: string): number {
  const count = wholeNumber(text);
  if (count === 0) throw new InvalidArgumentError('not a number above 0');
  return count;
}

const seedMax = 2 ** 32 - 1;

function seedNumber(text: string): number {
  const seed = wholeNumber(text);
  if (seed > seedMax) throw new InvalidArgumentError(`not a whole number from 0 to ${seedMax}`);
  return seed;
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('not a number above 0');
  return value;
}

function depthOf(text: string): 1 | 2 {
  if (text !== '1' && text !== '2') throw new InvalidArgumentError('1 or 2');
  return text === '1' ? 1 : 2;
}

function shardOf(text: string): { readonly part: number; readonly parts: number } {
  const [part = 0, parts = 0] = /^\d+\/\d+$/.test(text) ? text.split('/').map(Number) : [];
  if (part < 1 || part > parts) throw new InvalidArgumentError('such as 3/8');
  return { part, parts };
}

function reportError(error: unknown, output: Output): ExitCode {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.ok;
    output.error(`t4 sim: ${error.message.replace(/^error: /, '')}\n    t4 sim --help tells what there is\n`);
    return exitCodes.usage;
  }
  if (error instanceof UsageError || error instanceof ScenarioError) {
    output.error(`t4 sim: ${error.message}\n`);
    return exitCodes.usage;
  }
  output.error(`t4 sim: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return exitCodes.failed;
}
