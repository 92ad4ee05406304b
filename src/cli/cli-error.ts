/** What a command's end means to a script; the same numbers for every command. */
export const exitCodes = {
  ok: 0,
  /** It was understood and did not work: damaged object, unhealthy node, failed start. */
  failed: 1,
  /** It was not understood: unknown name, bad value, settings that contradict each other. Nothing was touched. */
  usage: 2,
  /** Nobody answered: the node of `t4 status`, the store of those that read one; or somebody interrupted. Nothing is known. */
  unreachable: 3,
  /** Of a drill: what was recovered is not what was expected. */
  mismatch: 4,
  /** Of a drill: it took longer than was allowed. */
  tooSlow: 5,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** An end that a person has to read: what is wrong, in one sentence, and what to do about it. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(exitCode: ExitCode, message: string, hint?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

export function usageError(message: string, hint?: string): CliError {
  return new CliError(exitCodes.usage, message, hint);
}
