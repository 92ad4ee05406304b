import { runProgram } from '../../src/cli/program.ts';

export interface CommandRun {
  readonly code: number;
  /** Text as it is, bytes as Latin-1: one character a byte. */
  readonly out: string;
  readonly error: string;
}

/** `t4` in this process. */
export async function runCommand(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<CommandRun> {
  let out = '';
  let error = '';
  const code = await runProgram(argv, environment, {
    out: (data) => (out += typeof data === 'string' ? data : Buffer.from(data).toString('latin1')),
    error: (text) => (error += text),
  });
  return { code, out, error };
}
