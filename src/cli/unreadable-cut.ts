/** A revision or moment that nothing kept goes back to, that has not come, or that is before everything: what can be read instead. */
import type { ReadUpTo } from '../core/tool/read-up-to.ts';
import { clientErrors } from '../core/types/error.ts';
import type { Cut } from '../core/types/log.ts';
import { CliError, type ExitCode } from './cli-error.ts';
import { cutWords } from './cut-option.ts';

export function unreadableCut(
  cut: Cut,
  answer: Exclude<ReadUpTo, { readonly kind: 'read' }>,
  exitCode: ExitCode,
): CliError {
  const { revision, wallMs } = answer;
  const place = `revision ${revision}${wallMs === 0 ? '' : ` (${new Date(wallMs).toISOString()})`}`;
  if (answer.kind === 'future') {
    const { message } = clientErrors.futureRevision;
    return new CliError(exitCode, `${message}: ${cutWords(cut)}`, `the log in the store ends at ${place}`);
  }
  if (answer.kind === 'not-begun') {
    const hint = `it began at ${new Date(wallMs).toISOString()}`;
    return new CliError(exitCode, `the database did not exist yet: ${cutWords(cut)}`, hint);
  }
  const { message } = clientErrors.compacted;
  return new CliError(exitCode, `${message}: ${cutWords(cut)}`, `what is kept begins with ${place}`);
}
