import { junitXml } from '../../../src/text/junit.ts';
import type { RunResult } from '../../types/result.ts';
import type { ReportContext } from '../context.ts';
import { story } from '../story.ts';
import { verdictText, verdictTitle } from '../verdict.ts';

export interface JunitCase {
  /** Unique in its suite. */
  readonly name: string;
  readonly seconds: number;
  readonly result: RunResult;
  readonly context: ReportContext;
}

/**
 * JUnit's XML, as CI systems read it. A broken guarantee is a failure; a crash, and a verdict of unknown, which never passes, are
 * errors. The whole story is the body.
 */
export function toJunitXml(suite: string, cases: readonly JunitCase[]): string {
  return junitXml(
    suite,
    cases.map(({ name, seconds, result, context }) => {
      if (result.verdict.kind === 'ok') return { name, seconds, problem: undefined };
      const kind = isViolation(result) ? 'failure' : 'error';
      const type = verdictTitle(result.verdict);
      const message = verdictText(result.verdict);
      return { name, seconds, problem: { kind, type, message, text: story(result, context).join('\n') } };
    }),
  );
}

function isViolation(result: RunResult): boolean {
  return result.verdict.kind === 'safety' || result.verdict.kind === 'liveness';
}
