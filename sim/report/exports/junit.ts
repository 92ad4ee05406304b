import type { RunResult } from '../../types/result.ts';
import type { ReportContext } from '../context.ts';
import { escaped } from '../markup.ts';
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
  const failures = cases.filter(({ result }) => isViolation(result)).length;
  const passed = cases.filter(({ result }) => result.verdict.kind === 'ok').length;
  const seconds = cases.reduce((sum, { seconds }) => sum + seconds, 0);
  const totals =
    `tests="${cases.length}" failures="${failures}" errors="${cases.length - passed - failures}" ` +
    `skipped="0" time="${seconds.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${totals}>`,
    `<testsuite name="${escaped(suite)}" ${totals}>`,
    ...cases.map((one) => caseXml(suite, one)),
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseXml(suite: string, { name, seconds, result, context }: JunitCase): string {
  const head = `<testcase classname="${escaped(suite)}" name="${escaped(name)}" time="${seconds.toFixed(3)}"`;
  if (result.verdict.kind === 'ok') return `${head}/>`;
  const element = isViolation(result) ? 'failure' : 'error';
  const type = `type="${escaped(verdictTitle(result.verdict))}" message="${escaped(verdictText(result.verdict))}"`;
  return `${head}>\n<${element} ${type}>${escaped(story(result, context).join('\n'))}</${element}>\n</testcase>`;
}

function isViolation(result: RunResult): boolean {
  return result.verdict.kind === 'safety' || result.verdict.kind === 'liveness';
}
