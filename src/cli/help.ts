import type { Help } from 'commander';
import type { CommandDescription } from './descriptions/command-description.ts';

/** How help looks. */

const helpCharsMax = 100;
const helpIndent = '        ';

export const helpAfterAll =
  '\nEach command has a help of its own: t4 run --help\n' +
  't4 etcd --help: a node under the flags of an etcd server\n' +
  't4 sim --help: break a database in a simulated world';

const settingsNote =
  'Every option that is no question of this one command is also an environment variable (--data-dir is T4_DATA_DIR)\n' +
  'and a line of the config file (data-dir: /var/lib/t4). The command line wins over the environment, that over the file.';

/** Options with what they mean below them: there is a lot to say, and names are long. */
export function formatItem(term: string, termWidth: number, description: string, helper: Help): string {
  const width = (helper.helpWidth ?? helpCharsMax) - helpIndent.length;
  const lines = helper.boxWrap(description, Math.min(width, helpCharsMax)).split('\n');
  return [`  ${term.trim()}`, ...lines.map((line) => helpIndent + line)].join('\n');
}

export function helpAfter(description: CommandDescription): string {
  const examples = description.examples.flatMap(([command, what]) => [`  ${command}`, `      ${what}`]);
  return `\n${settingsNote}\n\nExamples:\n${examples.join('\n')}\n\n${description.after}`;
}
