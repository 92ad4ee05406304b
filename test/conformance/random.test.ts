import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Side, usePair } from './harness/pair.ts';
import { runSteps, step, type Step } from './harness/random-steps.ts';
import { etcdAbsence } from './harness/real-etcd.ts';
import { type Entry, openSession } from './harness/session.ts';
import { isBefore } from './harness/versions.ts';

/**
 * Programs of chance, answered alike by every server. A run that failed is had again with the seed and the path that it told:
 * `T4_CONFORMANCE_SEED=… T4_CONFORMANCE_PATH=…`.
 */

/** Steps in all, about: `T4_CONFORMANCE_STEPS` for long runs. */
const stepsTotal = Number(process.env['T4_CONFORMANCE_STEPS'] ?? 3_000);
const stepsPerProgramMax = 30;
/** A machine that is slower runs fewer steps. */
const runMsMax = Math.max(45_000, stepsTotal * 15);
const shrinkMsMax = 60_000;

const [seed, path] = [process.env['T4_CONFORMANCE_SEED'], process.env['T4_CONFORMANCE_PATH']];
const replay = { ...(seed === undefined ? {} : { seed: Number(seed) }), ...(path === undefined ? {} : { path }) };

const pair = usePair();

describe('random programs', () => {
  test(`are answered alike, ${stepsTotal} steps`, { timeout: 2 * (runMsMax + shrinkMsMax) }, async ({ skip }) => {
    if (pair.references().length === 0) return skip(etcdAbsence);
    const startedMs = performance.now();
    const isLate = () => performance.now() - startedMs > runMsMax;
    let [steps, answers, hasFailed] = [0, 0, false];
    const program = fc.array(step, { minLength: 1, maxLength: stepsPerProgramMax, size: 'max' });
    await fc.assert(
      fc.asyncProperty(program, async (chosen) => {
        if (isLate() && !hasFailed) return;
        answers += await answersAlike(chosen).catch((error: unknown) => {
          hasFailed = true;
          throw error;
        });
        steps += chosen.length;
      }),
      {
        numRuns: Math.ceil((stepsTotal * 2) / stepsPerProgramMax),
        interruptAfterTimeLimit: runMsMax + shrinkMsMax,
        ...replay,
      },
    );
    expect(answers).toBeGreaterThan(steps);
    console.log(`random programs: ${steps} steps, ${answers} answers compared`);
  });
});

/** Answers how many answers there were. */
async function answersAlike(steps: readonly Step[]): Promise<number> {
  const references = pair.references();
  const base = await pair.reset();
  const sides = [pair.ours(), ...references];
  const [ours, ...theirs] = await Promise.all(sides.map((side) => transcriptOf(side, steps, base)));
  for (const [index, { server, version }] of references.entries()) {
    const comparable = isBefore(version, '3.6.0') ? sameRefusal : (entry: Entry) => entry;
    expectAlike(server.name, ours!.map(comparable), theirs[index]!.map(comparable));
  }
  return ours!.length;
}

/** Fails with the first answer that differs, and the calls that led to it. */
function expectAlike(name: string, ours: readonly Entry[], theirs: readonly Entry[]): void {
  const textOf = (entry: Entry | undefined) => JSON.stringify(entry?.answer);
  const longer = ours.length > theirs.length ? ours : theirs;
  const first = longer.findIndex((_, index) => textOf(ours[index]) !== textOf(theirs[index]));
  if (first === -1) return;
  const calls = longer.slice(0, first + 1).map(({ call }) => `  ${call}`);
  expect(ours[first], `after these calls ${name} answers otherwise:\n${calls.join('\n')}\n`).toEqual(theirs[first]);
}

async function transcriptOf({ client }: Side, steps: readonly Step[], base: number): Promise<readonly Entry[]> {
  const session = openSession(client, { exclude: ['TTL'], base });
  try {
    await runSteps(session, steps);
    await session.range({ key: '\0', rangeEnd: '\0' });
    return session.transcript;
  } finally {
    session.close();
  }
}

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
