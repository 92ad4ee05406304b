import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newerEtcd } from './newer-etcd.ts';

/** Where nobody built it before, this test does. */
const buildTimeoutMs = 45 * 60_000;

async function emptyFolder(onTestFinished: (clean: () => Promise<void>) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'newer-etcd-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('without Go there is a reason, and nothing is left behind but that', async ({ onTestFinished }) => {
  const cache = await emptyFolder(onTestFinished);
  const built = await newerEtcd({ cache, go: 'no-go-of-this-name' });
  expect(built).toEqual({ tools: undefined, absence: expect.stringMatching(/no newer etcd: .*no-go-of-this-name/) });
  expect(await readdir(cache)).toEqual([expect.stringMatching(/^3\.\d+\.\d+-[0-9a-f]{16}\.failed$/)]);
});

test('what failed once is told again, not tried again', async ({ onTestFinished }) => {
  const cache = await emptyFolder(onTestFinished);
  await newerEtcd({ cache, go: 'no-go-of-this-name' });
  const built = await newerEtcd({ cache, go: 'another-go' });
  expect(built).toEqual({ tools: undefined, absence: expect.stringContaining('`npm run newer-etcd` tries again') });
  expect(built).toEqual({ tools: undefined, absence: expect.stringContaining('no-go-of-this-name') });
});

test('each program is of the release that is named', { timeout: buildTimeoutMs }, async ({ skip }) => {
  const built = await newerEtcd();
  if (built.tools === undefined) return skip(built.absence);
  const { version, etcd, etcdctl, etcdutl } = built.tools;
  expect(version).toMatch(/^3\.6\.\d+$/);
  expect(execFileSync(etcd, ['--version'], { encoding: 'utf8' })).toContain(`etcd Version: ${version}`);
  for (const tool of [etcdctl, etcdutl]) {
    expect(execFileSync(tool, ['version'], { encoding: 'utf8' })).toMatch(`version: ${version}`);
  }
});
