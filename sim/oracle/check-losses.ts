import type { Violation } from '../types/result.ts';
import type { Analysis } from './analysis.ts';
import { type Call, isOk, nameOf, saysItWrote } from './calls.ts';
import { violation } from './violation.ts';

/** What is lost with a disk under `local` is at most an upload interval of acknowledgements. Clocks of nodes may be slow. */
const clockRateMax = 1.2;
const slackMs = 100;

export function checkLosses(analysis: Analysis): readonly Violation[] {
  const { result, losses } = analysis;
  if (losses.length === 0 || Object.keys(result.counts.faultsFired).some((kind) => /^(clock|process)-/.test(kind)))
    return [];
  const { uploadIntervalMs } = result.scenario.topology.settings;
  const violations: Violation[] = [];
  for (const loss of losses) {
    const lost = analysis.calls.filter(
      (call) =>
        isOk(call) &&
        saysItWrote(call.outcome.response) &&
        analysis.lossOf(call.returnedMs, call.outcome.header.revision, call.outcome.header.term) === loss,
    );
    const first = earliest(lost);
    const late = lost.find(
      (call) => call.returnedMs - first > uploadIntervalMs * clockRateMax + slackMs + latencyMs(analysis),
    );
    if (late === undefined) continue;
    violations.push(
      violation(
        'durability',
        `${nameOf(late)} was acknowledged from a disk alone, ${Math.round(late.returnedMs - first)} ms after the first that is lost with it; the upload interval is ${uploadIntervalMs} ms`,
        { atMs: late.returnedMs, operations: [late.operation] },
      ),
    );
  }
  return violations;
}

function earliest(calls: readonly Call[]): number {
  return calls.reduce((least, call) => Math.min(least, call.returnedMs), Infinity);
}

/** Answers travel for a while. */
function latencyMs(analysis: Analysis): number {
  return analysis.result.scenario.knobs.client.timeoutMs / 2;
}
