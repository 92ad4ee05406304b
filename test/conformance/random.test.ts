import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Side, usePair } from './harness/pair.ts';
import { step, type Step, type Track } from './harness/random-steps.ts';
import { etcdAbsence } from './harness/real-etcd.ts';
import { type Entry, openSession } from './harness/session.ts';
import { isBefore } from './harness/versions.ts';

/** Steps in all, about: `T4_CONFORMANCE_STEPS` for long runs. */
const stepsTotal = Number(process.env['T4_CONFORMANCE_STEPS'] ?? 600);
const stepsPerProgramMax = 30;

const pair = usePair();

describe('random programs', () => {
  test(`are answered alike, ${stepsTotal} steps`, { timeout: 60_000 + stepsTotal * 100 }, async ({ skip }) => {
    const references = pair.references();
    if (references.length === 0) return skip(etcdAbsence);
    let steps = 0;
    let answers = 0;
    const program = fc.array(step, { minLength: 1, maxLength: stepsPerProgramMax, size: 'max' });
    await fc.assert(
      fc.asyncProperty(program, async (chosen) => {
        const base = await pair.reset();
        const [ours, ...theirs] = await Promise.all(
          [pair.ours(), ...references].map((side) => transcriptOf(side, chosen, base)),
        );
        for (const [index, { server, version }] of references.entries()) {
          const comparable = isBefore(version, '3.6.0') ? sameRefusal : (entry: Entry) => entry;
          expect(ours!.map(comparable), `beside ${server.name}`).toEqual(theirs[index]!.map(comparable));
        }
        steps += chosen.length;
        answers += ours!.length;
      }),
      { numRuns: Math.ceil((stepsTotal * 2) / stepsPerProgramMax), endOnFailure: true },
    );
    expect(answers).toBeGreaterThan(steps);
    console.log(`random programs: ${steps} steps, ${answers} answers compared`);
  });
});

async function transcriptOf({ client }: Side, steps: readonly Step[], base: number): Promise<readonly Entry[]> {
  const session = openSession(client, { exclude: ['TTL'], base });
  const track: Track = { compacted: 0, watches: [] };
  try {
    for (const each of steps) await each.run(session, track);
    for (const readUp of track.watches) await readUp();
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
