import { CommanderError } from 'commander';
import { CliError, exitCodes, type ExitCode } from './cli-error.ts';
import { commandDescriptions, groupSummaries } from './descriptions/all.ts';
import type { ProgramOutput } from './program-output.ts';
import type { Environment } from './resolve-settings.ts';

/** What a person is told whose command line was not understood, or whose command failed. */

export function reportError(
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
  const inGroup = commandDescriptions
    .map(({ name }) => name.split(' '))
    .filter(([first]) => group === '' || first === group);
  const names = [...new Set(inGroup.map(([first, own]) => (group === '' ? first! : own!)))];
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)!}`;
}

/** Commander ends help and version by throwing as well. */
function reportCommander(error: CommanderError, argv: readonly string[], output: ProgramOutput): ExitCode {
  if (error.exitCode === 0) return exitCodes.ok;
  if (error.code === 'commander.help') {
    const group = argv.find((argument) => argument in groupSummaries) ?? '';
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
