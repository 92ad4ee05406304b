import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { commitText } from '../cli/build.ts';
import { killMutant, tellAnew, type KillOptions } from './kill-campaigns.ts';
import { storyLength } from './kill-document.ts';
import { recordFolder, storeUrl, writeDocument } from './kill-files.ts';
import { isKilled, readRecords, writeRecord, type KillRecord, type KillSettings } from './kill-record.ts';
import { staleStory } from './kill-story.ts';
import type { Mutant } from './mutant.ts';
import { canPlantMutants } from './mutant-hook.ts';
import { listMutants } from './mutants.ts';
import { createPool, type Pool } from './pool.ts';

/** The kill table of the bug zoo, as a person asks for it: `npm run sim:kill-table -- --help`. */
const exitCodes = { ok: 0, lived: 1, usage: 2 } as const;
type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

interface Flags {
  readonly mutant?: readonly string[];
  readonly again: boolean;
  readonly mend: boolean;
  readonly documentOnly: boolean;
  readonly campaigns: number;
  readonly seeds: number;
  readonly shrinkRuns: number;
  readonly workers: number;
  readonly shard: { readonly part: number; readonly parts: number };
}

export interface KillTableOutput {
  out(text: string): void;
  error(text: string): void;
}

/** Returns the exit code; a command line that makes no sense measures nothing and writes nothing. */
export async function runKillTable(argv: readonly string[], output: KillTableOutput): Promise<ExitCode> {
  const command = createCommand(output);
  try {
    command.parse([...argv], { from: 'user' });
    const flags = command.opts<Flags>();
    const mutants = mutantsOf(flags, await listMutants());
    return flags.documentOnly ? await document(output) : await measure(mutants, flags, output);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
    if (!(error instanceof CommanderError) && !(error instanceof InvalidArgumentError)) throw error;
    output.error(`kill-table: ${error.message.replace(/^error: /, '')}\n    --help tells what there is\n`);
    return exitCodes.usage;
  }
}

function createCommand(output: KillTableOutput): Command {
  const onlyDocument = new Option('--document-only', 'measure nothing: write the document from the records')
    .default(false)
    .conflicts(['again', 'mend', 'mutant', 'shard']);
  return new Command('kill-table')
    .description(
      'Holds planted bugs against campaigns with base seeds of their own, until each campaign has found something, and shrinks what was found. ' +
        'What came of it is kept as a record for each mutant (docs/bug-zoo/records), with its scenario (docs/bug-zoo) and the document that is made of all records ' +
        '(docs/bug-zoo.md). Mutants without a record are measured; the others only where an option asks for it.',
    )
    .option('--mutant <NAME>', 'measure this one, whether it has a record or not; may be repeated', collect)
    .option('--again', 'measure anew what was measured of other code, or with other settings', false)
    .option('--mend', 'tell anew the stories that do not hold any more, and leave what was measured', false)
    .addOption(onlyDocument)
    .option('--campaigns <COUNT>', 'campaigns for each mutant', countNumber, 5)
    .option('--seeds <COUNT>', 'seeds at most in a campaign', countNumber, 1_000)
    .option('--shrink-runs <COUNT>', 'runs that shrinking may take', countNumber, 1_000)
    .addOption(
      new Option('--workers <COUNT>', 'threads')
        .argParser(countNumber)
        .default(availableParallelism(), 'one for each core'),
    )
    .addOption(
      new Option('--shard <I/N>', 'the i-th of n parts of the mutants: several processes may fill the records together')
        .argParser(shardOf)
        .default({ part: 1, parts: 1 }, '1/1'),
    )
    .addHelpText(
      'after',
      '\nExit code: 0 all that was asked for is killed, 1 something lived or its story does not hold, 2 wrong usage.',
    )
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: output.out.bind(output), writeErr: () => undefined });
}

function mutantsOf({ mutant: wanted, shard }: Flags, mutants: readonly Mutant[]): readonly Mutant[] {
  const unknown = wanted?.find((name) => !mutants.some((mutant) => mutant.name === name));
  if (unknown !== undefined) throw new InvalidArgumentError(`there is no mutant called ${unknown}`);
  return mutants.filter(
    ({ name }, index) => index % shard.parts === shard.part - 1 && (wanted?.includes(name) ?? true),
  );
}

async function document(output: KillTableOutput): Promise<ExitCode> {
  await writeDocument();
  output.out('docs/bug-zoo.md is written from the records\n');
  return exitCodes.ok;
}

async function measure(mutants: readonly Mutant[], flags: Flags, output: KillTableOutput): Promise<ExitCode> {
  if (!canPlantMutants) throw new InvalidArgumentError(`needs Node 22.15 or newer, and this is ${process.version}`);
  const tell = (line: string): void => output.out(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
  const settings: KillSettings = { campaigns: flags.campaigns, seedsMax: flags.seeds };
  const options: KillOptions = { ...settings, workers: flags.workers, shrinkRuns: flags.shrinkRuns, tell };
  const clean = createPool({ workers: 1, subjectUrl: storeUrl });
  try {
    for (const [index, mutant] of mutants.entries()) {
      const why = await whyMeasure(mutant, flags, clean);
      if (why === undefined) continue;
      tell(`${mutant.name}, ${index + 1} of ${mutants.length}: ${why}`);
      const record = await recordOf(mutant, flags.mend, clean, options);
      writeRecord(recordFolder, record);
      tell(recordText(record));
      await writeDocument();
    }
  } finally {
    await clean.close();
  }
  await writeDocument();
  const records = readRecords(recordFolder);
  const lived = mutants.filter(({ name }) => !isKilled(records.get(name)));
  if (lived.length > 0) tell(`not killed, or not by a story that holds: ${lived.map(({ name }) => name).join(', ')}`);
  return lived.length === 0 ? exitCodes.ok : exitCodes.lived;
}

async function recordOf(mutant: Mutant, mends: boolean, clean: Pool, options: KillOptions): Promise<KillRecord> {
  const known = readRecords(recordFolder).get(mutant.name);
  if (!mends || known === undefined) return killMutant(mutant, clean, options);
  return { ...known, story: await tellAnew(mutant, clean, options) };
}

/** Undefined: what is known of it is good enough. */
async function whyMeasure(mutant: Mutant, flags: Flags, clean: Pool): Promise<string | undefined> {
  const record = readRecords(recordFolder).get(mutant.name);
  if (record === undefined) return 'it has no record';
  if (flags.mend) {
    const stale = await staleStory(mutant, clean);
    return stale === undefined ? undefined : `its story does not hold: ${stale}`;
  }
  if (flags.again) return isOfNow(record, flags) ? undefined : `what is known is of ${record.commit}`;
  return flags.mutant === undefined ? undefined : 'it was asked for';
}

/** So that a run with `--again` that was broken off goes on where it stopped. */
function isOfNow({ commit, settings }: KillRecord, { campaigns, seeds }: Flags): boolean {
  return commit === commitText() && settings.campaigns === campaigns && settings.seedsMax === seeds;
}

function recordText(record: KillRecord): string {
  const { mutant, story, killed, settings, seeds } = record;
  const told =
    story === undefined
      ? 'no story'
      : `${storyLength(story)} lines from ${story.operations} operations and ${story.faults} faults in ${story.shrinkRuns ?? '?'} runs` +
        `${story.replays ? '' : ', DOES NOT REPLAY'}${story.unchangedPasses ? '' : ', THE UNCHANGED CORE FAILS IT'}`;
  return `${mutant}: ${killed}/${settings.campaigns} killed, median ${seeds.median ?? 'lived'}, worst ${seeds.worst ?? 'lived'} seeds; ${told}`;
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

function countNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('not a whole number above 0');
  return Number(text);
}

function shardOf(text: string): { readonly part: number; readonly parts: number } {
  const [part = 0, parts = 0] = /^\d{1,4}\/\d{1,4}$/.test(text) ? text.split('/').map(Number) : [];
  if (part < 1 || part > parts) throw new InvalidArgumentError('such as 3/8');
  return { part, parts };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await runKillTable(process.argv.slice(2), {
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
  });
}
