import fc from 'fast-check';
import { expect } from 'vitest';
import type { Pair, Side } from './pair.ts';
import { type Entry, openSession, type Session } from './session.ts';
import { isBefore } from './versions.ts';

/**
 * Programs of chance, answered alike by every server. A run that failed is had again with the seed and the path that it told:
 * `T4_CONFORMANCE_SEED=… T4_CONFORMANCE_PATH=…`.
 */
export interface RandomRun<Step> {
  readonly step: fc.Arbitrary<Step>;
  readonly run: (session: Session, steps: readonly Step[]) => Promise<void>;
  /** In all, about. A machine that is slower runs fewer. */
  readonly stepsTotal: number;
  /** Fields that are compared only as to whether they say anything. */
  readonly exclude: readonly string[];
  /** Servers before a version are not asked. */
  readonly from?: string;
  /** What of an answer is compared with a server of that version. */
  readonly comparable?: (version: string) => (entry: Entry) => Entry;
}

const stepsPerProgramMax = 30;
const shrinkMsMax = 60_000;

const runMsMax = (stepsTotal: number) => Math.max(30_000, stepsTotal * 15);

/** Of the test that runs it. */
export const randomTimeoutMs = (stepsTotal: number) => 2 * (runMsMax(stepsTotal) + shrinkMsMax);

const [seed, path] = [process.env['T4_CONFORMANCE_SEED'], process.env['T4_CONFORMANCE_PATH']];
const replay = { ...(seed === undefined ? {} : { seed: Number(seed) }), ...(path === undefined ? {} : { path }) };

/** Throws with a small program that is not answered alike. Answers what was run. */
export async function runRandom<Step>(
  pair: Pair,
  random: RandomRun<Step>,
): Promise<{ readonly steps: number; readonly answers: number }> {
  const { step, stepsTotal } = random;
  const startedMs = performance.now();
  const isLate = () => performance.now() - startedMs > runMsMax(stepsTotal);
  let [steps, answers, hasFailed] = [0, 0, false];
  const program = fc.array(step, { minLength: 1, maxLength: stepsPerProgramMax, size: 'max' });
  await fc.assert(
    fc.asyncProperty(program, async (chosen) => {
      if (isLate() && !hasFailed) return;
      answers += await answersAlike(pair, random, chosen).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
      steps += chosen.length;
    }),
    {
      numRuns: Math.ceil((stepsTotal * 2) / stepsPerProgramMax),
      interruptAfterTimeLimit: runMsMax(stepsTotal) + shrinkMsMax,
      ...replay,
    },
  );
  return { steps, answers };
}

/** Answers how many answers there were. */
async function answersAlike<Step>(
  pair: Pair,
  { run, exclude, from, comparable = () => (entry) => entry }: RandomRun<Step>,
  steps: readonly Step[],
): Promise<number> {
  const references = pair.references().filter(({ version }) => from === undefined || !isBefore(version, from));
  const base = await pair.reset();
  const transcriptOf = async ({ client }: Side): Promise<readonly Entry[]> => {
    const session = openSession(client, { exclude, base });
    try {
      await run(session, steps);
      return session.transcript;
    } finally {
      session.close();
    }
  };
  const [ours, ...theirs] = await Promise.all([pair.ours(), ...references].map(transcriptOf));
  for (const [index, { server, version }] of references.entries()) {
    expectAlike(server.name, ours!.map(comparable(version)), theirs[index]!.map(comparable(version)));
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
