import type { Environment, Settings } from './resolve-settings.ts';

/** What every command is given. */
export interface CommandContext {
  readonly settings: Settings;
  /** The one argument that is no option. */
  readonly target: string | undefined;
  readonly json: boolean;
  readonly version: string;
  readonly environment: Environment;
  /** Standard output: results, never logs. */
  out(text: string): void;
}
