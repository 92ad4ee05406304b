import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lineIds } from '../../src/core/restore/line-ids.ts';
import { drill } from '../../src/drill/drill.ts';
import type { DrillOptions } from '../../src/drill/options.ts';
import type { Reference } from '../../src/drill/reference.ts';
import { createFamily, fill, rolledBack, type Family } from '../branch/family.ts';
import { edges } from '../tool/filled-store.ts';

/** A drill of a database that was rolled back, and goes on elsewhere. */

async function rehearse(family: Family, options: Partial<DrillOptions>) {
  const folder = mkdtempSync(join(tmpdir(), 't4-drill-rollback-'));
  try {
    return await drill({
      ...edges(),
      store: family.store,
      home: '',
      server: undefined,
      endpoint: undefined,
      revision: undefined,
      folder,
      limits: { readyMs: undefined, fullMs: undefined },
      timeoutMs: 60_000,
      signal: new AbortController().signal,
      log: () => undefined,
      tell: () => undefined,
      ...options,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('what it goes on as is what is recovered, and what was abandoned still can be', async () => {
  const family = createFamily();
  await fill(family, '', 40);
  const { skippedRevision } = rolledBack(await family.rollBack('', 11));
  await fill(family, '', 5, 'after');
  const newest = await rehearse(family, {});
  expect(newest).toMatchObject({
    outcome: 'ok',
    revision: skippedRevision + 5,
    compactRevision: skippedRevision,
    keys: { expected: 15, recovered: 15 },
  });
  expect(newest.home).toMatch(/^branches\//);
  expect(await rehearse(family, { revision: skippedRevision })).toMatchObject({
    outcome: 'ok',
    keys: { recovered: 10 },
  });
  expect(await rehearse(family, { revision: 30 })).toMatchObject({ outcome: 'ok', keys: { recovered: 29 } });
  await family.node('', async (_database, node) => {
    const server: Reference = {
      kind: 'server',
      async hashAt(revision) {
        const { response } = await node.request<'hash-kv'>({ kind: 'hash-kv', revision });
        return { ...response, kind: 'hash', revision: response.hashRevision, keys: undefined };
      },
    };
    expect(await rehearse(family, { server })).toMatchObject({
      outcome: 'ok',
      hash: { expected: newest.hash.recovered },
    });
  });
  expect(await family.tool('', lineIds)).toHaveLength(2);
  expect(await family.tool(newest.home, lineIds)).toHaveLength(2);
});
