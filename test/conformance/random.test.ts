import { describe, expect, test } from 'vitest';
import { usePair } from './harness/pair.ts';
import { randomTimeoutMs, runRandom } from './harness/random-run.ts';
import { runSteps, step } from './harness/random-steps.ts';
import { etcdAbsence } from './harness/real-etcd.ts';
import type { Entry } from './harness/session.ts';
import { isBefore } from './harness/versions.ts';

/** `T4_CONFORMANCE_STEPS` for long runs. */
const stepsTotal = Number(process.env['T4_CONFORMANCE_STEPS'] ?? 2_500);

const pair = usePair();

describe('random programs', () => {
  test(`are answered alike, ${stepsTotal} steps`, { timeout: randomTimeoutMs(stepsTotal) }, async ({ skip }) => {
    if (pair.references().length === 0) return skip(etcdAbsence);
    const { steps, answers } = await runRandom(pair, {
      step,
      stepsTotal,
      exclude: ['TTL'],
      run: async (session, chosen) => {
        await runSteps(session, chosen);
        await session.range({ key: '\0', rangeEnd: '\0' });
      },
      comparable: (version) => (isBefore(version, '3.6.0') ? sameRefusal : (entry) => entry),
    });
    expect(answers).toBeGreaterThan(steps);
    console.log(`random programs: ${steps} steps, ${answers} answers compared`);
  });
});

const refusalsByState = new Set([
  'NOT_FOUND: etcdserver: requested lease not found',
  'INVALID_ARGUMENT: etcdserver: key not found',
  'OUT_OF_RANGE: etcdserver: mvcc: required revision is a future revision',
  'OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted',
]);

/** Which of several reasons is told changed with 3.6; that there is one did not. */
function sameRefusal({ call, answer }: Entry): Entry {
  const isAny = call.startsWith('Txn') && typeof answer === 'string' && refusalsByState.has(answer);
  return { call, answer: isAny ? 'refused' : answer };
}
