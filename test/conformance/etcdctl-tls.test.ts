import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startT4 } from '../cli/spawn-t4.ts';
import { etcdctl, etcdctlAbsence, etcdctlPrograms } from './harness/etcdctl.ts';

/** By each of the ways in which etcdctl dials: those before 3.5 name the server in `:authority` otherwise in calls to one endpoint. */
test('etcdctl over TLS', { timeout: 900_000 }, async ({ skip, onTestFinished }) => {
  const programs = await etcdctlPrograms();
  if (programs.length === 0) return skip(etcdctlAbsence);
  const folder = mkdtempSync(join(tmpdir(), 't4-etcdctl-tls-'));
  const node = startT4(['run', '--store', 'memory:', '--data-dir', folder, '--listen', '127.0.0.1:0', '--auto-tls']);
  onTestFinished(async () => {
    node.child.kill('SIGKILL');
    await node.finished;
  });
  const { addresses } = await node.logged('ready to serve client requests');
  const [address] = addresses as readonly string[];
  const port = address!.split(':')[1]!;
  for (const { path, version } of programs) {
    for (const endpoint of [`https://127.0.0.1:${port}`, `https://localhost:${port}`]) {
      const tls = ['--cacert', join(folder, 'tls', 'cert.pem')];
      // It may run into its time on a machine that stands still.
      const answers = (...args: readonly string[]) =>
        expect.poll(() => etcdctl(endpoint, [...args, ...tls], { program: path }), {
          timeout: 600_000,
          message: `${version} ${args.join(' ')}`,
        });
      await answers('put', 'key', version).toMatchObject({ exitCode: 0, stdout: 'OK\n' });
      await answers('get', 'key').toMatchObject({ exitCode: 0, stdout: `key\n${version}\n` });
      const ofEndpoint = { exitCode: 0, stdout: expect.stringContaining(endpoint) as string };
      await answers('endpoint', 'status').toMatchObject(ofEndpoint);
      await answers('endpoint', 'hashkv').toMatchObject(ofEndpoint);
      await answers('member', 'list').toMatchObject({ exitCode: 0 });
    }
  }
});
