import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createMemoryDisk } from '../../src/adapters/memory-disk.ts';
import { openNodeDisk } from '../../src/adapters/node-disk.ts';
import { diskContract } from './disk.ts';

const root = mkdtempSync(join(tmpdir(), 't4-disk-'));
let opened = 0;

afterAll(() => rmSync(root, { recursive: true, force: true }));

diskContract('memory', async () => createMemoryDisk());
diskContract('node', async () => {
  opened += 1;
  return openNodeDisk(join(root, String(opened)));
});
