/** The command line as a person meets it: commands, options, help. What a command does is in a file of its own. */
import { Command, CommanderError, Option, type Help } from 'commander';
import { CliError, exitCodes, usageError, type ExitCode } from './cli-error.ts';
import { readConfigFile } from './config-file.ts';
import type { CommandContext } from './command-context.ts';
import { endpointOptions } from './endpoint-options.ts';
import { packageVersion } from './package-version.ts';
import { configEnvironmentName, resolveSettings, type Environment } from './resolve-settings.ts';
import type { CommandName, Setting } from './setting.ts';
import { environmentNameOf, settingsOf, settingTable, type SettingName } from './settings.ts';

export interface ProgramOutput {
  out(data: string | Uint8Array): void;
  error(text: string): void;
}

const helpCharsMax = 100;
const helpIndent = '        ';

interface CommandDescription {
  readonly name: CommandName;
  readonly summary: string;
  readonly description: string;
  readonly argument?: readonly [name: string, help: string];
  /** Its own, of the command line alone. A value's placeholder stands in the flags: `--limit <N>`. */
  readonly options?: readonly (readonly [flags: string, help: string])[];
  readonly json: boolean;
  readonly examples: readonly (readonly [command: string, what: string])[];
  readonly after: string;
  run(context: CommandContext): Promise<ExitCode>;
}

const settingsNote =
  'Every option that is no question of this one command is also an environment variable (--data-dir is T4_DATA_DIR)\n' +
  'and a line of the config file (data-dir: /var/lib/t4). The command line wins over the environment, that over the file.';

const patienceNote =
  'A store that fails for 30 s without one call that succeeds ends the command; Ctrl-C ends it at once.';

function cutHelp(what: string): string {
  return `${what} A revision, a time such as 2026-03-01T12:00:00Z, or how long ago: -90m, -24h.`;
}

const commands: readonly CommandDescription[] = [
  {
    name: 'run',
    summary: 'run a node: an etcd v3 server whose data lives in an object store',
    description:
      'Runs a node: an etcd v3 server whose data lives in an object store. One node of a database leads and serves; ' +
      'others on the same store stand by and take over when it is gone. SIGTERM or SIGINT stops it in good order.',
    json: false,
    examples: [
      ['t4 run --store file:./t4-data/store', 'everything in a folder of this machine'],
      ['t4 run --store s3://bucket/prefix', 'in S3, credentials from the usual places'],
      ['t4 run --s3-bucket bucket --s3-endpoint http://127.0.0.1:9000 --s3-force-path-style', 'MinIO and the like'],
      ['T4_STORE=s3://bucket/prefix T4_LISTEN=127.0.0.1:0 t4 run', 'from the environment'],
      ['t4 run --config /etc/t4.yaml', 'from a file'],
    ],
    after: 'Exit code: 0 stopped in good order, 1 failed, 2 settings that make no sense.',
    run: async (context) => (await import('./run.ts')).run(context),
  },
  {
    name: 'inspect',
    summary: 'show what an object store or one of its objects holds',
    description:
      'Shows what is in a store: a summary of the database, or one object of it decoded. Without a store on the ' +
      'command line TARGET is a file that holds such an object. Reads only.',
    argument: ['[target]', 'key of an object (control, manifest, log/…, checkpoints/…, chunks/…), or a file'],
    json: true,
    examples: [
      ['t4 inspect --store s3://bucket/prefix', 'control, manifest, log, checkpoints'],
      ['t4 inspect --store file:./t4-data/store log/00000000000000000007', 'one segment of the log'],
      ['t4 inspect ./downloaded/manifest --json', 'a file, for a machine'],
    ],
    after: 'Exit code: 0 all is well, 1 something is damaged, missing or not readable, 2 wrong usage.',
    run: async (context) => (await import('./inspect.ts')).inspect(context),
  },
  {
    name: 'status',
    summary: 'ask a running node how it is',
    description:
      'Asks a running node for its role, its revision and its members, what its database keeps, and what it has asked of the object store.',
    options: [...endpointOptions],
    json: true,
    examples: [
      ['t4 status', 'the node on 127.0.0.1:2379'],
      ['t4 status --endpoint 10.0.0.7:2379 --json', 'another one, for a machine'],
    ],
    after: 'Exit code: 0 healthy, 1 unhealthy, 2 wrong usage, 3 nobody answered.',
    run: async (context) => (await import('./status.ts')).status(context),
  },
  {
    name: 'checkpoint',
    summary: 'have a running node write a checkpoint now',
    description:
      'Asks the node that leads for a checkpoint of everything that is in the log now, and waits until the manifest names it. ' +
      'It uploads what changed since the last one. Writes go on meanwhile.',
    options: [...endpointOptions],
    json: true,
    examples: [
      ['t4 checkpoint', 'the node on 127.0.0.1:2379'],
      ['t4 checkpoint --endpoint 10.0.0.7:2379 --json', 'another one, for a machine'],
    ],
    after:
      'Exit code: 0 written, 1 not written: the node does not lead, or it could not, 2 wrong usage, 3 nobody answered.\n' +
      'Whoever asks may be interrupted: the node goes on.',
    run: async (context) => (await import('./checkpoint.ts')).checkpoint(context),
  },
  {
    name: 'cost',
    summary: 'tell what a month costs at an object store’s prices',
    description:
      'Tells what a month of the present load costs at the public prices of S3, item by item, and what another value of each setting would change: ' +
      'requests from the counters of a running node, storage from a listing of the store. Says what it rests on.',
    options: [
      [
        '--sample <DURATION>',
        'Count from now on for so long. (default: all that the node has counted since it started)',
      ],
      ['--prices <FILE>', 'Other prices, YAML or JSON. (default: S3 Standard, us-east-1)'],
      ...endpointOptions,
    ],
    json: true,
    examples: [
      ['t4 cost', 'of the node on 127.0.0.1:2379'],
      ['t4 cost --endpoint 127.0.0.1:2379 --store s3://bucket/prefix', 'with all that is stored'],
      ['t4 cost --store s3://bucket/prefix', 'storage alone, without a node'],
    ],
    after: `Exit code: 0 told, 1 too little was counted to tell, or something is damaged, 2 wrong usage, 3 nobody answered, or the store cannot be used.\n${patienceNote}`,
    run: async (context) => (await import('./cost.ts')).cost(context),
  },
  {
    name: 'cat',
    summary: 'print the value of a key, now or as it was',
    description:
      'Prints the value of a key as it is in the object store, now or at an earlier revision or moment: its bytes, and nothing else. ' +
      'Needs no node, and asks none.',
    argument: ['<key>', 'the key, as text'],
    options: [
      ['--at <REV|TIME>', cutHelp('The content at this revision or moment instead of the newest.')],
      ['--hex', 'KEY is given as hexadecimal bytes.'],
    ],
    json: true,
    examples: [
      ['t4 cat --store s3://bucket/prefix settings', 'the newest value'],
      ['t4 cat --store s3://bucket/prefix settings --at 1042', 'as it was at a revision'],
      [
        't4 cat --store s3://bucket/prefix settings --at -90m --json',
        'an hour and a half ago, with revision and lease',
      ],
    ],
    after: `Exit code: 0 printed, 1 there is no such key then, or something is damaged, 2 wrong usage, 3 the store cannot be used.\n${patienceNote}`,
    run: async (context) => (await import('./cat.ts')).cat(context),
  },
  {
    name: 'history',
    summary: 'list every version of a key that is kept',
    description:
      'Lists every version of a key that the object store keeps, the oldest first: those that the oldest checkpoint holds, and ' +
      'all that the log holds after it, compacted or not. Needs no node.',
    argument: ['<key>', 'the key, as text'],
    options: [
      ['--limit <N>', 'Only the newest N.'],
      ['--values', 'With the values.'],
      ['--hex', 'KEY is given as hexadecimal bytes.'],
    ],
    json: true,
    examples: [
      ['t4 history --store s3://bucket/prefix settings', 'revision, time, version and size of each'],
      ['t4 history --store s3://bucket/prefix settings --limit 10 --values', 'the last ten, with their values'],
    ],
    after: `Exit code: 0 listed, 1 nothing is kept of such a key, or something is damaged, 2 wrong usage, 3 the store cannot be used.\n${patienceNote}`,
    run: async (context) => (await import('./history.ts')).history(context),
  },
  {
    name: 'diff',
    summary: 'show which keys differ between two revisions or moments',
    description:
      'Shows which keys were added, changed or deleted between two revisions or moments, by content: a key that has the same value ' +
      'and lease again is no difference. Needs no node.',
    options: [
      ['--from <REV|TIME>', cutHelp('From here.')],
      ['--to <REV|TIME>', 'To here; forms as for --from. (default: the newest)'],
      ['--prefix <PREFIX>', 'Only keys that begin with this. (default: every key)'],
      ['--hex', 'PREFIX is given as hexadecimal bytes.'],
      ['--values', 'With the values.'],
    ],
    json: true,
    examples: [
      ['t4 diff --store s3://bucket/prefix --from 1000 --to 1042', 'what 42 revisions changed'],
      ['t4 diff --store s3://bucket/prefix --from -24h --prefix /config/ --values', 'since yesterday, below a prefix'],
    ],
    after: `Exit code: 0 nothing differs, 1 something does, 2 wrong usage, 3 it could not be told: compacted, damaged, or the store cannot be used.\n${patienceNote}`,
    run: async (context) => (await import('./diff.ts')).diff(context),
  },
  {
    name: 'gc',
    summary: 'delete what nothing needs any more',
    description:
      'Condemns the objects that no checkpoint and no branch needs and gives up what is older than the retention, and deletes what was ' +
      'condemned longer ago than the grace period. A node may run meanwhile, and other collectors; leaders do the same by themselves (--collect-interval).',
    options: [
      ['--dry-run', 'Only say what would go.'],
      [
        '--retention <DURATION|SIZE|forever>',
        'Keep checkpoints and the log of so long, or so much of them, this once. (default: what the database was told)',
      ],
      ['--grace <DURATION>', 'Delete what was condemned longer ago than this. (default: 1h)'],
    ],
    json: true,
    examples: [
      ['t4 gc --store s3://bucket/prefix --dry-run', 'what would go'],
      ['t4 gc --store s3://bucket/prefix --retention 168h', 'keep a week'],
    ],
    after: `Exit code: 0 done, 1 something that says what is needed is damaged, so nothing was deleted, 2 wrong usage, 3 the store cannot be used.\n${patienceNote}`,
    run: async (context) => (await import('./gc.ts')).gc(context),
  },
  {
    name: 'verify',
    summary: 'check everything that a database needs of its store',
    description:
      'Reads every object that a database needs and checks it: hashes, references, counts, the chain of the log, and whether each ' +
      'checkpoint is what the log before it comes to. Names what is damaged or missing, and what that costs. Writes nothing; a node may run meanwhile.',
    argument: ['[url]', 'the store, as for --store'],
    options: [
      [
        '--alarm <URL>',
        'If something is found, raise the alarm CORRUPT at this node of the database, so that nothing is changed any more: http://HOST:PORT, or https:// for one with TLS. (default: none)',
      ],
      ...endpointOptions,
    ],
    json: true,
    examples: [
      ['t4 verify s3://bucket/prefix', 'for a person'],
      ['t4 verify file:./t4-data/store --json', 'for a machine'],
      ['t4 verify s3://bucket/prefix --alarm http://127.0.0.1:2379', 'from a cron job'],
    ],
    after: `Exit code: 0 all is well, 1 something is damaged or missing, 2 wrong usage, 3 the store cannot be used, so nothing is known.\n${patienceNote}`,
    run: async (context) => (await import('./verify.ts')).verify(context),
  },
  {
    name: 'drill',
    summary: 'rehearse a recovery, and prove that it comes to the same state',
    description:
      'Makes a branch of the database, recovers it with a real node on an empty folder, and holds its state against the running server, ' +
      'or without --endpoint against what the log comes to; then removes both. For a cron job or CI. Nodes may run meanwhile.',
    argument: ['[url]', 'the store, as for --store'],
    options: [
      [
        '--endpoint <URL>',
        'The running server to compare with: HOST:PORT, or https://HOST:PORT of one with TLS. (default: none, what the log comes to)',
      ],
      ['--at-revision <N>', 'Recover and compare at this revision. (default: the newest)'],
      ['--folder <DIR>', "Where the node's folder is made, and removed. (default: the system's for temporary files)"],
      ['--max-time-to-ready <DURATION>', 'Fail if the first read is answered later than this.'],
      ['--max-time-to-full <DURATION>', 'Fail if everything is local later than this.'],
      ['--timeout <DURATION>', 'Give up after this. (default: 30m)'],
      ['--report <FILE>', 'Write the report to this file too, as JSON.'],
      ['--junit <FILE>', "Write it to this file as JUnit's XML."],
      ...endpointOptions,
    ],
    json: true,
    examples: [
      ['t4 drill s3://bucket/prefix --endpoint 127.0.0.1:2379', 'against the running server'],
      ['t4 drill s3://bucket/prefix --max-time-to-ready 30s --junit drill.xml', 'in CI, without a server'],
    ],
    after: `Exit code: 0 recovered, and the same, 1 not recovered: something is damaged or missing, 2 wrong usage, 3 nothing is known: the store or the server cannot be used, or it was interrupted, 4 another state, 5 too slow.\n${patienceNote}`,
    run: async (context) => (await import('./drill.ts')).drill(context),
  },
  {
    name: 'branch create',
    summary: 'make a branch, of now or of any revision or moment that is kept',
    description:
      'Makes a branch: a database of its own that begins as another one was, now or at a revision or moment that is kept. Nothing is copied, ' +
      'however large the database is; what either writes never shows in the other. A node may run meanwhile.',
    argument: ['<name>', 'a name of a-z, 0-9, dot, underscore and hyphen, at most 64 characters'],
    options: [
      ['--from <URL>', 'The database to begin from, as for --store; that may be a branch.'],
      ['--at-revision <N>', 'As it was at this revision. (default: the newest)'],
      ['--at-time <TIME>', 'As it was then: 2026-03-01T12:00:00Z, or how long ago: -90m, -24h.'],
    ],
    json: true,
    examples: [
      ['t4 branch create try-1 --from s3://bucket/prefix', 'as it is now'],
      ['t4 branch create before --from s3://bucket/prefix --at-time -2h', 'as it was two hours ago'],
      ['t4 run --store s3://bucket/prefix/branches/try-1', 'a node of the branch'],
    ],
    after: `Exit code: 0 made, 1 not made: the name is taken, or what it would begin as is not kept, 2 wrong usage, 3 the store cannot be used.\n${patienceNote}`,
    run: async (context) => (await import('./branch.ts')).branchCreate(context),
  },
  {
    name: 'branch list',
    summary: 'show the branches of a store as a tree',
    description:
      'Shows the databases of a store as a tree: where each branch left its parent, when it was made, what its own objects weigh, and what its ' +
      'parent keeps for it alone, which deleting it gives free.',
    argument: ['[url]', 'the store, or one of its branches, as for --store'],
    json: true,
    examples: [
      ['t4 branch list s3://bucket/prefix', 'for a person'],
      ['t4 branch list file:./t4-data/store --json', 'for a machine'],
    ],
    after: `Exit code: 0 listed, 1 something is damaged or missing, 2 wrong usage, 3 the store cannot be used.\n${patienceNote}`,
    run: async (context) => (await import('./branch.ts')).branchList(context),
  },
  {
    name: 'branch delete',
    summary: 'delete a branch',
    description:
      'Deletes a branch, and what its parent keeps for it. A node that runs it stops. One that has branches of its own is refused; with --force it is ' +
      'closed at once, and goes when the last of them is deleted.',
    argument: ['<name>', 'name of the branch'],
    options: [
      ['--from <URL>', 'The store, or any database of it, as for --store.'],
      ['--force', 'Also one that has branches: they stay whole.'],
    ],
    json: true,
    examples: [
      ['t4 branch delete try-1 --from s3://bucket/prefix', 'the branch and its objects'],
      ['t4 branch delete try-1 --from s3://bucket/prefix --force', 'although others began from it'],
    ],
    after: `Exit code: 0 deleted, 1 not deleted: there is none, or it has branches, 2 wrong usage, 3 the store cannot be used.\nAfter an interruption the same command goes on.\n${patienceNote}`,
    run: async (context) => (await import('./branch.ts')).branchDelete(context),
  },
  {
    name: 'restore',
    summary: 'bring back what a database was at a revision or a moment, as a branch or in place',
    description:
      'Brings back what a database was at a revision or a moment that is kept: as a branch beside it, or in place. In place the database goes on under the ' +
      'same URL, above every revision that it ever had; what is in between is compacted, so watchers are told. Nodes that run follow by themselves. ' +
      'What was abandoned stays for as long as it is retained, and comes back the same way.',
    options: [
      ['--from <URL>', 'The database, as for --store; that may be a branch.'],
      ['--at-revision <N>', 'As it was at this revision.'],
      ['--at-time <TIME>', 'As it was then: 2026-03-01T12:00:00Z, or how long ago: -90m, -24h.'],
      ['--to <NAME>', 'Make a branch of this name, and leave the database as it is.'],
      ['--in-place', 'Roll the database itself back. Asks for --yes.'],
      ['--yes', 'Do it.'],
      ['--dry-run', 'Only say what would come back, and what would be abandoned.'],
    ],
    json: true,
    examples: [
      ['t4 restore --from s3://bucket/prefix --at-time -2h --to before', 'a branch, to look at or to run'],
      ['t4 restore --from s3://bucket/prefix --at-revision 1042 --in-place --dry-run', 'what a rollback would abandon'],
      ['t4 restore --from s3://bucket/prefix --at-revision 1042 --in-place --yes', 'roll back'],
    ],
    after: `Exit code: 0 restored, 1 not restored: what is asked for is not kept, --yes is missing, or a node took over meanwhile, 2 wrong usage, 3 the store cannot be used.\nAfter an interruption the same command may be given again.\n${patienceNote}`,
    run: async (context) => (await import('./restore.ts')).restore(context),
  },
  {
    name: 'import',
    summary: 'make a new database from an etcd: from its snapshot, or from one that runs',
    description:
      'Makes a new database of what an etcd holds: keys with their history and revisions, leases, users and roles. From a snapshot that was saved, from ' +
      'a database file that was copied, or from an etcd that runs, whose snapshot is asked for. It refuses a store that has a database; ' +
      'the new one is there when it is whole, and not before.',
    options: [
      ['--from-snapshot <FILE>', 'What etcdctl snapshot save wrote, or member/snap/db of an etcd that is stopped.'],
      ['--from-endpoint <URL>', 'An etcd that runs: http://HOST:PORT, or https:// for one with TLS.'],
      ['--skip-hash-check', 'Take a snapshot although its hash does not hold.'],
      ['--folder <DIR>', "Where what is received is kept meanwhile. (default: the system's for temporary files)"],
      ...endpointOptions,
    ],
    json: true,
    examples: [
      ['t4 import --from-snapshot backup.db --store s3://bucket/prefix', 'from a backup'],
      ['t4 import --from-endpoint http://127.0.0.1:2379 --store file:./t4-data/store', 'from an etcd that runs'],
      [
        't4 import --from-endpoint https://etcd:2379 --cacert ca.pem --user root --password-file root.txt --store s3://bucket/prefix',
        'with TLS and users',
      ],
    ],
    after: `Exit code: 0 imported, 1 not imported: the snapshot is damaged, or there is a database already, 2 wrong usage, 3 the store or the etcd cannot be used, or it was interrupted.
${patienceNote}`,
    run: async (context) => (await import('./import.ts')).importCommand(context),
  },
  {
    name: 'export',
    summary: 'write the database as a snapshot that etcd restores',
    description:
      'Writes the database as a snapshot of an etcd: keys with the history that is kept, leases, users and roles, for etcdctl or etcdutl snapshot restore. ' +
      'From the object store without a node, now or as it was at a revision that is kept; or from a node that runs.',
    options: [
      ['--output <FILE>', 'Where it is written. It must not be there yet.'],
      ['--at-revision <N>', 'As it was at this revision. (default: the newest)'],
      ['--endpoint <URL>', 'Ask this node: http://HOST:PORT, or https:// for one with TLS. (default: none, the store)'],
      ...endpointOptions,
    ],
    json: true,
    examples: [
      ['t4 export --store s3://bucket/prefix --output backup.db', 'the newest revision'],
      ['t4 export --store s3://bucket/prefix --at-revision 1042 --output then.db', 'as it was'],
      ['t4 export --endpoint http://127.0.0.1:2379 --output backup.db', 'from a node that runs'],
    ],
    after: `Exit code: 0 written, 1 not written: what is asked for is not kept, or something is damaged, 2 wrong usage, 3 the store or the node cannot be used, or it was interrupted.
${patienceNote}`,
    run: async (context) => (await import('./export.ts')).exportCommand(context),
  },
];

/** Runs one command line (without the program's own name) and returns its exit code; never throws. */
export async function runProgram(
  argv: readonly string[],
  environment: Environment,
  output: ProgramOutput,
): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const program = createProgram(output, (description, context) => async () => {
    exitCode = await description.run(await context(environment));
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportError(error, argv, environment, output);
  }
}

type Action = (
  description: CommandDescription,
  context: (environment: Environment) => Promise<CommandContext>,
) => () => Promise<void>;

function createProgram(output: ProgramOutput, action: Action): Command {
  const program = new Command('t4')
    .description('An etcd v3 server whose durability is an object store.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({ writeOut: (text) => output.out(text), writeErr: () => undefined })
    .addHelpText(
      'after',
      '\nEach command has a help of its own: t4 run --help\nt4 etcd --help: a node under the flags of an etcd server\nt4 sim --help: break a database in a simulated world',
    );
  for (const description of commands) {
    const command = parentOf(program, description.name)
      .command(description.name.split(' ').at(-1)!)
      .summary(description.summary)
      .description(description.description)
      .addHelpOption(new Option('-h, --help', 'Print this help.').helpGroup('General:'))
      .configureHelp({ formatItem });
    if (description.argument !== undefined) command.argument(...description.argument);
    for (const [flags, help] of description.options ?? []) {
      command.addOption(new Option(flags, help).helpGroup('What:'));
    }
    for (const name of settingsOf(description.name)) addSetting(command, name);
    command.addOption(
      new Option(
        '--config <FILE>',
        `Take settings from this file too, YAML or JSON (${configEnvironmentName}).`,
      ).helpGroup('General:'),
    );
    if (description.json) command.addOption(new Option('--json', 'Print JSON.').helpGroup('General:'));
    command.addHelpText('after', helpAfter(description));
    command.action(async () => {
      const context = (environment: Environment): Promise<CommandContext> =>
        contextOf(description, command, environment, output);
      await action(description, context)();
    });
  }
  return program;
}

const groups: Readonly<Record<string, string>> = {
  branch: 'make, list and delete branches: databases that begin as another one was, and copy nothing',
};

/** `branch create` is a command of the command `branch`. */
function parentOf(program: Command, name: CommandName): Command {
  const [group, own] = name.split(' ');
  if (own === undefined) return program;
  const made = program.commands.find((command) => command.name() === group);
  const summary = groups[group!]!;
  return (
    made ??
    program
      .command(group!)
      .summary(summary)
      .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
      .helpOption('-h, --help', 'print this help')
      .helpCommand(false)
      .addHelpText('after', `\nEach has a help of its own: t4 ${name} --help`)
  );
}

function addSetting(command: Command, name: SettingName): void {
  const setting: Setting<unknown> = settingTable[name];
  if (setting.secret) {
    const refuse = (): never => {
      throw usageError(
        `--${name}: a secret on the command line can be read by every user of the machine`,
        `use ${environmentNameOf(name)} or the config file`,
      );
    };
    command.addOption(new Option(`--${name} <${setting.kind.placeholder}>`).argParser(refuse).hideHelp());
    return;
  }
  const group = `${setting.group}:`;
  const help = `${setting.help} ${defaultText(setting)}`;
  if (setting.kind.flag) {
    command.addOption(new Option(`--${name}`, help).helpGroup(group));
    command.addOption(new Option(`--no-${name}`).hideHelp());
    return;
  }
  const collect = (given: string, before: readonly string[] | undefined): readonly string[] => [
    ...(before ?? []),
    given,
  ];
  command.addOption(new Option(`--${name} <${setting.kind.placeholder}>`, help).argParser(collect).helpGroup(group));
}

/** Options with what they mean below them: there is a lot to say, and names are long. */
function formatItem(term: string, termWidth: number, description: string, helper: Help): string {
  const width = (helper.helpWidth ?? helpCharsMax) - helpIndent.length;
  const lines = helper.boxWrap(description, Math.min(width, helpCharsMax)).split('\n');
  return [`  ${term.trim()}`, ...lines.map((line) => helpIndent + line)].join('\n');
}

function defaultText(setting: Setting<unknown>): string {
  if (setting.default !== undefined) return setting.kind.flag ? '(default: off)' : `(default: ${setting.default})`;
  return `(default: ${setting.defaultNote ?? 'none'})`;
}

function helpAfter(description: CommandDescription): string {
  const examples = description.examples.flatMap(([command, what]) => [`  ${command}`, `      ${what}`]);
  return `\n${settingsNote}\n\nExamples:\n${examples.join('\n')}\n\n${description.after}`;
}

async function contextOf(
  description: CommandDescription,
  command: Command,
  environment: Environment,
  output: ProgramOutput,
): Promise<CommandContext> {
  const flags = new Map<SettingName, readonly string[]>();
  for (const name of settingsOf(description.name)) {
    const given: unknown = command.getOptionValue(camelCase(name));
    if (typeof given === 'boolean') flags.set(name, [String(given)]);
    else if (given !== undefined) flags.set(name, given as readonly string[]);
  }
  const path =
    (command.getOptionValue('config') as string | undefined) ?? (environment[configEnvironmentName] || undefined);
  const file = path === undefined ? undefined : { path, values: await readConfigFile(path) };
  return {
    settings: resolveSettings({ command: description.name, flags, environment, file }),
    target: command.args[0],
    json: command.getOptionValue('json') === true,
    options: command.opts(),
    version: packageVersion(),
    environment,
    out: (data) => output.out(data),
    tell: (text) => output.error(text),
  };
}

function camelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function reportError(
  error: unknown,
  argv: readonly string[],
  environment: Environment,
  output: ProgramOutput,
): ExitCode {
  if (error instanceof CommanderError) return reportCommander(error, argv, output);
  const message = error instanceof Error ? error.message : String(error);
  output.error(`t4: ${message}\n`);
  if (error instanceof CliError && error.hint !== undefined) output.error(`    ${error.hint}\n`);
  if (environment['T4_DEBUG'] && error instanceof Error) output.error(`${error.stack ?? ''}\n`);
  else if (!(error instanceof CliError)) output.error('    T4_DEBUG=1 shows where in the program this came from\n');
  return error instanceof CliError ? error.exitCode : exitCodes.failed;
}

/** Of a group, or of all: `run, inspect or branch`. */
function namesOf(group: string): string {
  const inGroup = commands.map(({ name }) => name.split(' ')).filter(([first]) => group === '' || first === group);
  const names = [...new Set(inGroup.map(([first, own]) => (group === '' ? first! : own!)))];
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)!}`;
}

/** Commander ends help and version by throwing as well. */
function reportCommander(error: CommanderError, argv: readonly string[], output: ProgramOutput): ExitCode {
  if (error.exitCode === 0) return exitCodes.ok;
  if (error.code === 'commander.help') {
    const group = argv.find((argument) => argument in groups) ?? '';
    output.error(
      `t4: which command? ${namesOf(group)}\n    ${group === '' ? 't4' : `t4 ${group}`} --help tells what they do\n`,
    );
    return exitCodes.usage;
  }
  const [message = '', suggestion] = error.message.split('\n');
  const hint =
    suggestion?.replace(/^\(Did you mean (.*)\?\)$/, 'did you mean $1?') ??
    't4 --help and t4 COMMAND --help tell what there is';
  output.error(`t4: ${message.replace(/^error: /, '')}\n    ${hint}\n`);
  return exitCodes.usage;
}
