import type { Environment, Settings } from './resolve-settings.ts';

/** What every command is given. */
export interface CommandContext {
  readonly settings: Settings;
  /** The one argument that is no option. */
  readonly target: string | undefined;
  readonly json: boolean;
  /** The command's own options, by name: what was given, or its default. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly version: string;
  readonly environment: Environment;
  /** Standard output: results, never logs. */
  out(data: string | Uint8Array): void;
  /** Standard error: how far a long run is, and what else a person should know. */
  tell(text: string): void;
}
