import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { openMemoryStore } from '../../src/adapters/memory-store/memory-store.ts';
import { createNodeCompression } from '../../src/adapters/node-compression.ts';
import { createNodeDigest } from '../../src/adapters/node-digest.ts';
import { createSystemClock } from '../../src/adapters/system-clock.ts';
import { createSystemRandom } from '../../src/adapters/system-random.ts';
import { importDatabase } from '../../src/core/import/import-database.ts';
import { verifyDatabase } from '../../src/core/tool/verify/verify.ts';
import { memorySource } from '../../src/etcd-snapshot/bbolt/source.ts';
import { importContentOf } from '../../src/etcd-snapshot/import-content.ts';
import { SnapshotDamage } from '../../src/etcd-snapshot/snapshot-damage.ts';
import { runTool } from '../../src/host/run-tool.ts';
import { connectRaw } from '../conformance/harness/raw-client.ts';
import { startT4InProcess } from '../conformance/harness/t4-in-process.ts';
import { fileOf, saveSnapshot } from './save-snapshot.ts';
import { liveSome } from './some-life.ts';

let file: Uint8Array;

beforeAll(async () => {
  const t4 = await startT4InProcess();
  const client = connectRaw(t4.address);
  await liveSome(client);
  file = fileOf(await saveSnapshot(t4.address));
  client.close();
  await t4.stop();
});

const parts = {
  home: '',
  clock: createSystemClock(),
  random: createSystemRandom(),
  digest: createNodeDigest(),
  compression: createNodeCompression(),
  log: () => undefined,
};

/** Undefined: it was refused, in words. */
async function importOf(bytes: Uint8Array) {
  const never = new AbortController().signal;
  const content = await importContentOf(memorySource(bytes), () => undefined, never).catch((error: unknown) => {
    if (error instanceof SnapshotDamage) return undefined;
    throw error;
  });
  if (content === undefined) return undefined;
  const store = openMemoryStore();
  const imported = await runTool({ ...parts, store }, (core) =>
    importDatabase(core, { ...content, expected: undefined }),
  );
  return { imported, verified: await runTool({ ...parts, store }, verifyDatabase) };
}

test('a snapshot in which anything was changed is refused, or becomes a database that is sound', async () => {
  const pageBytes = 4_096;
  // Large values fill most of the pages: what is structure is met more often.
  const place = fc.oneof(
    { weight: 3, arbitrary: fc.nat(1_500).chain((offset) => fc.nat(16).map((page) => page * pageBytes + offset)) },
    { weight: 1, arbitrary: fc.nat(1_000_000) },
  );
  const flip = fc.record({ place, byte: fc.nat(255) });
  let refused = 0;
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 3 }), async (flips) => {
      const bytes = Uint8Array.from(file);
      for (const { place: at, byte } of flips) bytes[at % bytes.length] = byte;
      const outcome = await importOf(bytes);
      if (outcome === undefined) {
        refused += 1;
        return;
      }
      taken += 1;
      expect(outcome.imported.kind).toBe('imported');
      expect(outcome.verified.findings).toEqual([]);
    }),
    { numRuns: 150 },
  );
  expect({ refused: refused > 5, taken: taken > 5 }).toEqual({ refused: true, taken: true });
}, 600_000);
