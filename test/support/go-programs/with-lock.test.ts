import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withLock } from './with-lock.ts';

test('one at a time holds a lock, and the lock of a process that is gone is taken', async ({ onTestFinished }) => {
  const folder = await mkdtemp(join(tmpdir(), 'with-lock-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const lock = join(folder, 'lock');
  let inside = 0;
  let seen = 0;
  const enter = () =>
    withLock(lock, async () => {
      inside += 1;
      seen = Math.max(seen, inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
    });
  await Promise.all([enter(), enter(), enter()]);
  expect(seen).toBe(1);
  execFileSync('sh', ['-c', `echo $$ >"${lock}"`]);
  await enter();
  expect(inside).toBe(0);
});
