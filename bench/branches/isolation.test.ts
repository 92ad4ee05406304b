import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runIsolation } from './isolation.ts';

test('a database and its branches under load, with collectors at work, hold what was written to each', async () => {
  const folder = await mkdtemp(join(tmpdir(), 't4-isolation-'));
  try {
    const result = await runIsolation({
      folder,
      keys: 300,
      seconds: 2,
      rounds: 5,
      writesEach: 25,
      compareEveryMs: 400,
      checkpointIntervalMs: 500,
      writers: 4,
      pauseMs: 4,
      seed: 1,
      collect: undefined,
      progress: () => undefined,
    });
    expect(result.differences).toEqual([]);
    expect(result.databases.map(({ name }) => name)).toEqual(['parent', 'first', 'second']);
    for (const { writes, comparisons } of result.databases) {
      expect(writes).toBeGreaterThan(20);
      expect(comparisons).toBeGreaterThan(3);
    }
    expect(result.shortLived).toBeGreaterThan(1);
    expect(result.collectionsOutside + result.collectionsOvertaken).toBeGreaterThan(3);
    expect(result.collectionsOutside).toBeGreaterThan(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 600_000);
