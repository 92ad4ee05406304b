/** The command line as a person meets it: commands and their options. What a command does is in a file of its own. */
import { Command, Option } from 'commander';
import { exitCodes, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { readConfigFile } from './config-file.ts';
import { commandDescriptions, groupSummaries } from './descriptions/all.ts';
import type { CommandDescription } from './descriptions/command-description.ts';
import { formatItem, helpAfter, helpAfterAll } from './help.ts';
import { packageVersion } from './package-version.ts';
import type { ProgramOutput } from './program-output.ts';
import { reportError } from './report-error.ts';
import { configEnvironmentName, resolveSettings, type Environment } from './resolve-settings.ts';
import type { CommandName } from './setting.ts';
import { addSettingOption, settingsGiven } from './setting-option.ts';
import { settingsOf } from './settings.ts';

/** Runs one command line (without the program's own name) and returns its exit code; never throws. */
export async function runProgram(
  argv: readonly string[],
  environment: Environment,
  output: ProgramOutput,
): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const program = createProgram(output);
  for (const description of commandDescriptions) {
    const command = addCommand(program, description);
    command.action(async () => {
      exitCode = await description.run(await contextOf(description, command, environment, output));
    });
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportError(error, argv, environment, output);
  }
}

function createProgram(output: ProgramOutput): Command {
  return new Command('t4')
    .description('An etcd v3 server whose durability is an object store.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({ writeOut: (text) => output.out(text), writeErr: () => undefined })
    .addHelpText('after', helpAfterAll);
}

function addCommand(program: Command, description: CommandDescription): Command {
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
  for (const name of settingsOf(description.name)) addSettingOption(command, name);
  command.addOption(
    new Option(
      '--config <FILE>',
      `Take settings from this file too, YAML or JSON (${configEnvironmentName}).`,
    ).helpGroup('General:'),
  );
  if (description.json) command.addOption(new Option('--json', 'Print JSON.').helpGroup('General:'));
  return command.addHelpText('after', helpAfter(description));
}

/** `branch create` is a command of the command `branch`. */
function parentOf(program: Command, name: CommandName): Command {
  const [group, own] = name.split(' ');
  if (own === undefined) return program;
  const made = program.commands.find((command) => command.name() === group);
  const summary = groupSummaries[group!]!;
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

async function contextOf(
  description: CommandDescription,
  command: Command,
  environment: Environment,
  output: ProgramOutput,
): Promise<CommandContext> {
  const flags = settingsGiven(command, settingsOf(description.name));
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
