import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MaintenanceDefinition, type HashKVResponse } from '../../src/server/generated/etcdserverpb/maintenance.ts';
import { deleteOf, op, putOf } from './harness/message.ts';
import { KVDefinition } from '../../src/server/generated/etcdserverpb/kv.ts';
import { type Side, usePair } from './harness/pair.ts';
import { runSteps, step } from './harness/random-steps.ts';
import { etcdAbsence } from './harness/real-etcd.ts';
import { openSession, refusalOf } from './harness/session.ts';

/** The hash of the state, of both servers after the same writes: the whole of the file is one history. */

const pair = usePair();
const stepsPerProgramMax = 25;
const programs = Number(process.env['T4_CONFORMANCE_PROGRAMS'] ?? 20);

function hashOf({ client }: Side, revision: number): Promise<HashKVResponse | string> {
  return client.call(MaintenanceDefinition, 'hashKV', { revision: BigInt(revision) }).catch(refusalOf);
}

/** Compactions go on in the background there: what is not there yet comes. */
async function agree(revision: number): Promise<HashKVResponse> {
  const ours = await hashOf(pair.ours(), revision);
  if (typeof ours === 'string') throw new Error(ours);
  const { hash, compactRevision } = ours;
  for (const theirs of pair.references()) {
    const message = theirs.server.name;
    await expect
      .poll(() => hashOf(theirs, revision), { timeout: 30_000, message })
      .toMatchObject({ hash, compactRevision });
  }
  return ours;
}

const sides = (): readonly Side[] => [pair.ours(), ...pair.references()];

describe('the hash of the state', () => {
  test('is of the newest revision, and never was compacted', async ({ skip }) => {
    const empty = await hashOf(pair.ours(), 0);
    expect(empty).toMatchObject({ header: { revision: 1n }, hashRevision: 1n, compactRevision: -1n });
    if (pair.references().length === 0) return skip(etcdAbsence);
    await agree(0);
    for (const { client } of sides()) {
      await client.call(KVDefinition, 'put', putOf({ key: 'a', value: 'b', lease: 0 }));
      await client.call(KVDefinition, 'txn', {
        compare: [],
        success: [op.put('c', 'd'), op.delete({ key: 'a' }), op.put('e')],
        failure: [],
      });
      await client.call(KVDefinition, 'deleteRange', deleteOf({ key: '\0', rangeEnd: '\0' }));
    }
    const hashes = new Set<number>();
    for (const revision of [0, 1, 2, 3, 4]) hashes.add((await agree(revision)).hash);
    // 0 is 4.
    expect(hashes.size).toBe(4);
  });

  test('is refused where it was compacted, and of the future', async () => {
    const base = await pair.reset();
    for (const side of sides()) {
      for (const value of ['1', '2', '3']) await side.client.call(KVDefinition, 'put', putOf({ key: 'a', value }));
      await side.client.call(KVDefinition, 'compact', { revision: BigInt(base + 2), physical: true });
      expect([await hashOf(side, base + 1), await hashOf(side, base + 4)], side.server.name).toEqual([
        'OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted',
        'OUT_OF_RANGE: etcdserver: mvcc: required revision is a future revision',
      ]);
    }
    expect(await hashOf(pair.ours(), base + 2)).toMatchObject({ hashRevision: BigInt(base + 2) });
  });

  test(
    `is a real etcd's after ${programs} random programs, at any revision`,
    { timeout: 600_000 },
    async ({ skip }) => {
      if (pair.references().length === 0) return skip(etcdAbsence);
      let compared = 0;
      const program = fc.array(step, { minLength: 1, maxLength: stepsPerProgramMax, size: 'max' });
      await fc.assert(
        fc.asyncProperty(program, fc.array(fc.nat(), { minLength: 3, maxLength: 3 }), async (chosen, picks) => {
          const base = await pair.reset();
          await agree(0);
          for (const { client } of sides()) {
            const session = openSession(client, { exclude: [], base });
            await runSteps(session, chosen);
            session.close();
          }
          const newest = await agree(0);
          // Of the compacted revision itself 3.4 tells nothing, and later releases what they remember, of the compaction before it.
          const from = Math.max(1, Number(newest.compactRevision) + 1);
          const revisions = Number(newest.hashRevision) - from + 1;
          if (revisions < 1) return;
          for (const pick of picks) await agree(from + (pick % revisions));
          compared += picks.length;
        }),
        { numRuns: programs, endOnFailure: true },
      );
      expect(compared).toBeGreaterThan(programs);
    },
  );
});
