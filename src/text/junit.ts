import { escaped } from './markup.ts';

/** JUnit's XML, as CI systems read it. */
export interface JunitCase {
  /** Unique in its suite. */
  readonly name: string;
  readonly seconds: number;
  /** Undefined: it passed. A `failure` is what was looked for and not met; an `error`: it could not be told. */
  readonly problem: JunitProblem | undefined;
}

export interface JunitProblem {
  readonly kind: 'failure' | 'error';
  readonly type: string;
  readonly message: string;
  /** The body, which may be long. */
  readonly text: string;
}

export function junitXml(suite: string, cases: readonly JunitCase[]): string {
  const count = (kind: JunitProblem['kind']) => cases.filter(({ problem }) => problem?.kind === kind).length;
  const seconds = cases.reduce((sum, { seconds }) => sum + seconds, 0);
  const totals =
    `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" ` +
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

function caseXml(suite: string, { name, seconds, problem }: JunitCase): string {
  const head = `<testcase classname="${escaped(suite)}" name="${escaped(name)}" time="${seconds.toFixed(3)}"`;
  if (problem === undefined) return `${head}/>`;
  const { kind, type, message, text } = problem;
  const attributes = `type="${escaped(type)}" message="${escaped(message)}"`;
  return `${head}>\n<${kind} ${attributes}>${escaped(text)}</${kind}>\n</testcase>`;
}
