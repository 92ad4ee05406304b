import { Command, InvalidArgumentError, Option } from 'commander';
import { operations, type Operation } from './generator/messages.ts';

/** What `npm run bench` can be told. */
export interface BenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly streams: readonly number[];
  readonly operations: readonly Operation[];
  readonly store: string;
  readonly durability: 'object' | 'local';
  readonly folder: string;
  /** False: not asked for. */
  readonly etcd: string | false;
  readonly json?: string;
  readonly profile?: string;
  readonly doc: boolean;
}

const description = [
  'Puts and gets against T4 and etcd on this machine, side by side.',
  '',
  'Both servers run on fresh data in a temporary folder, on loopback. A generator in a process of its own keeps N streams ' +
    'busy, each with one call at a time. Rounds alternate between the two servers; the table has the medians, and the ratio ' +
    "of each round to the other server's round beside it. How to read it: docs/benchmarks.md.",
].join('\n');

export function parseOptions(args: readonly string[], temporaryFolder: string): BenchOptions {
  const command = new Command('npm run bench --')
    .description(description)
    .option('--rounds <N>', 'rounds of each server that count', positiveInteger, 5)
    .option('--seconds <S>', 'length of a round', positiveNumber, 2)
    .addOption(
      new Option('--streams <N,…>', 'calls under way at once')
        .argParser(list(positiveInteger))
        .default([1, 16, 100, 1000], '1,16,100,1000'),
    )
    .addOption(
      new Option('--operations <NAME,…>', 'put, get, or both')
        .argParser(list(operation))
        .default(operations, operations.join()),
    )
    .option(
      '--store <STORE>',
      "T4's object store: folder (under --folder), memory, or a URL as t4 run takes it, whose content is not removed",
      'folder',
    )
    .addOption(
      new Option('--durability <MODE>', "what T4's acknowledged writes survive, as in t4 run")
        .choices(['object', 'local'])
        .default('object'),
    )
    .option('--folder <FOLDER>', 'where the temporary folder with all data is made', temporaryFolder)
    .option('--etcd <PROGRAM>', 'the etcd to compare with', '/usr/bin/etcd')
    .option('--no-etcd', 'run T4 alone')
    .option('--json <FILE>', 'also write every round as JSON')
    .option('--profile <FOLDER>', "write T4's CPU profile there, for a browser's developer tools; slows it a little")
    .option('--doc', 'also put the table into docs/benchmarks.md', false)
    .configureHelp({ helpWidth: 100 })
    .parse(args, { from: 'user' });
  return command.opts<BenchOptions>();
}

function positiveInteger(given: string): number {
  if (/^[1-9][0-9]{0,5}$/.test(given)) return Number(given);
  throw new InvalidArgumentError('Wanted: a whole number from 1 to 999999.');
}

function positiveNumber(given: string): number {
  const number = Number(given);
  if (number > 0 && number <= 3600) return number;
  throw new InvalidArgumentError('Wanted: a number of seconds, at most 3600.');
}

function operation(given: string): Operation {
  const found = operations.find((name) => name === given);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`Wanted: ${operations.join(' or ')}.`);
}

function list<Item>(parse: (given: string) => Item): (given: string) => readonly Item[] {
  return (given) => given.split(',').map((part) => parse(part.trim()));
}
