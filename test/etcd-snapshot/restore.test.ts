import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectRaw, type RawClient } from '../conformance/harness/raw-client.ts';
import type { ServerUnderTest } from '../conformance/harness/server-under-test.ts';
import { startT4InProcess } from '../conformance/harness/t4-in-process.ts';
import { bboltProgram } from './bbolt-program.ts';
import { newEtcd, oldEtcd, restoreInto, tool, type EtcdFound } from './etcd-on.ts';
import { stateOf, untilSame, type EtcdState } from './etcd-state.ts';
import { liveSome } from './some-life.ts';

/** What T4 gives out, in an etcd of each kind. */

const buildTimeoutMs = 45 * 60_000;
let t4: ServerUnderTest;
let client: RawClient;
let folder: string;
let wanted: EtcdState;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restore-'));
  t4 = await startT4InProcess();
  client = connectRaw(t4.address);
  await liveSome(client);
  wanted = await stateOf(client);
});

afterAll(async () => {
  client.close();
  await t4.stop();
  await rm(folder, { recursive: true, force: true });
});

const releases: readonly (readonly [string, () => EtcdFound | Promise<EtcdFound>])[] = [
  ['Debian’s etcd', oldEtcd],
  ['a newer etcd', newEtcd],
];

describe.each(releases)('a snapshot in %s', (name, find) => {
  test(
    'is saved, understood, restored, and has the same hash at every revision',
    { timeout: buildTimeoutMs },
    async ({ skip, onTestFinished }) => {
      const release = await find();
      if ('absence' in release) return skip(release.absence);
      const own = await mkdtemp(join(folder, 'etcd-'));
      const file = join(own, 'snapshot.db');
      await tool(release.etcdctl, ['--endpoints', t4.address, 'snapshot', 'save', file]);
      const bytes = await readFile(file);
      expect(bytes.length % 512).toBe(32);
      const status = JSON.parse(await tool(release.snapshotTool, ['snapshot', 'status', file, '-w', 'json'])) as {
        readonly revision: number;
        readonly totalKey: number;
        readonly version?: string;
      };
      expect(status.revision).toBe(wanted.revision);
      if (status.version !== undefined) expect(status.version).toBe('3.6.0');
      const program = await bboltProgram();
      if (program.path !== undefined) {
        expect(execFileSync(program.path, ['check', file], { encoding: 'utf8' })).toBe('OK\n');
      }
      const etcd = await restoreInto(release, file, own);
      onTestFinished(() => etcd.stop());
      const restored = connectRaw(etcd.address);
      onTestFinished(() => restored.close());
      await untilSame(restored, wanted);
      // It goes on.
      await liveSome(restored, { firstLease: 7_700n, users: false });
      expect((await stateOf(restored)).revision).toBeGreaterThan(wanted.revision);
    },
  );
});
