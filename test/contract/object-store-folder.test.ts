import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileStore } from '../../src/adapters/file-store/file-store.ts';
import { objectStoreContract } from './object-store.ts';

objectStoreContract('folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 't4-folder-store-'));
  const store = await openFileStore(folder);
  return { store, dispose: () => rm(folder, { recursive: true, force: true }) };
});
