import type { ExitCode } from '../cli-error.ts';
import type { CommandContext } from '../command-context.ts';
import type { CommandName } from '../setting.ts';

/** A command as a person meets it: what it takes besides its settings, and what its help says. */
export interface CommandDescription {
  readonly name: CommandName;
  readonly summary: string;
  readonly description: string;
  readonly argument?: readonly [name: string, help: string];
  /** Its own, of the command line alone. A value's placeholder stands in the flags: `--limit <N>`. */
  readonly options?: readonly (readonly [flags: string, help: string])[];
  readonly json: boolean;
  readonly examples: readonly (readonly [command: string, what: string])[];
  readonly after: string;
  /** Loads what it takes only then: help and wrong usage must not wait for it. */
  run(context: CommandContext): Promise<ExitCode>;
}
