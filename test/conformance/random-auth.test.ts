import { describe, expect, test } from 'vitest';
import { usePairWithAuth } from './harness/auth.ts';
import { authStep, runAuthSteps } from './harness/random-auth.ts';
import { randomTimeoutMs, runRandom } from './harness/random-run.ts';
import { isBefore } from './harness/versions.ts';

/** `T4_CONFORMANCE_AUTH_STEPS` for long runs. */
const stepsTotal = Number(process.env['T4_CONFORMANCE_AUTH_STEPS'] ?? 1_500);

/** Before, much was not looked at: what was not, the cases say. */
const from = '3.6.0';

const pair = usePairWithAuth();

describe('random programs of users, roles and permissions', () => {
  test(`are answered alike, ${stepsTotal} steps`, { timeout: randomTimeoutMs(stepsTotal) }, async ({ skip }) => {
    if (pair.references().every(({ version }) => isBefore(version, from))) return skip('no newer etcd on this machine');
    const { steps, answers } = await runRandom(pair, {
      step: authStep,
      run: runAuthSteps,
      stepsTotal,
      exclude: ['TTL'],
      from,
    });
    expect(answers).toBeGreaterThan(steps);
    console.log(`random programs of permissions: ${steps} steps, ${answers} answers compared`);
  });
});
