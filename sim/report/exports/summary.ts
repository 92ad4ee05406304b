import type { RunResult } from '../../types/result.ts';
import type { ReportContext } from '../context.ts';
import { storyOf } from '../story.ts';
import { verdictText } from '../verdict.ts';

/** One run as JSON, for scripts: verdict, story, where to run it again, counts. The scenario is in it whole, so the file alone replays. */
export function toSummaryJson(result: RunResult, context: ReportContext): string {
  const { scenario, verdict, counts, trace, stops } = result;
  const summary = {
    schema: 'simulation-summary/1',
    verdict,
    sentence: verdictText(verdict),
    story: storyOf(result).events.map(({ atMs, text }) => ({ atMs, text })),
    replay: context.replayCommand,
    culprit: context.culprit ?? null,
    seed: scenario.seed,
    commit: context.commit,
    nodeVersion: context.nodeVersion,
    trace: trace.hash,
    stops: stops.map((stop) => ({ ...stop, failure: stop.failure ?? null })),
    counts,
    scenario,
  };
  return `${JSON.stringify(summary, undefined, 1)}\n`;
}
