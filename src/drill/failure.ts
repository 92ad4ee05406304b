import { ToolError } from '../host/run-tool.ts';
import type { DrillOutcome } from './report.ts';

/** An end of the drill that is not a result of a comparison. */
export class DrillFailure extends Error {
  override readonly name = 'DrillFailure';
  readonly outcome: Exclude<DrillOutcome, 'ok'>;

  constructor(outcome: DrillFailure['outcome'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.outcome = outcome;
  }
}

/** Undefined: what was thrown says nothing about the drill, it is a bug. */
export function failureOf(error: unknown): DrillFailure | undefined {
  if (error instanceof DrillFailure) return error;
  if (!(error instanceof ToolError) || error.reason === 'bug') return undefined;
  return new DrillFailure(error.reason === 'damage' ? 'not-recovered' : 'unknown', error.message, error);
}
