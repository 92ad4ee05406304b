import { junitXml, type JunitCase, type JunitProblem } from '../text/junit.ts';
import type { DrillReport } from './report.ts';

/** The report as test cases: a limit that was not given is none. */
export function junitOf(report: DrillReport): string {
  const { seconds, limits } = report;
  const cases: JunitCase[] = [
    {
      name: 'a node recovers from the store',
      seconds: seconds.ready ?? 0,
      problem: seconds.ready === null ? problemOf(report) : undefined,
    },
    {
      name: `the recovered state is that of the ${report.comparedWith}`,
      seconds: seconds.compare ?? 0,
      problem: report.hash.recovered === null || report.outcome === 'mismatch' ? problemOf(report) : undefined,
    },
  ];
  for (const [name, took, limit] of [
    ['ready', seconds.ready, limits.readySeconds],
    ['full', seconds.full, limits.fullSeconds],
  ] as const) {
    if (limit === null) continue;
    const isLate = took === null || took > limit;
    cases.push({ name: `time to ${name}`, seconds: took ?? 0, problem: isLate ? problemOf(report) : undefined });
  }
  return junitXml('t4 drill', cases);
}

function problemOf(report: DrillReport): JunitProblem {
  const { outcome, reason, warnings } = report;
  const kind = outcome === 'unknown' ? 'error' : 'failure';
  return { kind, type: outcome, message: reason ?? '', text: [reason ?? '', ...warnings].join('\n') };
}
