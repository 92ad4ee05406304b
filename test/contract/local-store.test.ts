import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openLevelStore } from '../../src/adapters/level-store.ts';
import { createMemoryLocalStore } from '../../src/adapters/memory-local-store.ts';
import { localStoreContract } from './local-store.ts';

const root = mkdtempSync(join(tmpdir(), 't4-local-store-'));
let opened = 0;

afterAll(() => rmSync(root, { recursive: true, force: true }));

localStoreContract('memory', async () => createMemoryLocalStore());
localStoreContract('LevelDB', async () => {
  opened += 1;
  return (await openLevelStore(join(root, String(opened)))).store;
});
