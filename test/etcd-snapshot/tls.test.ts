import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePorts, spawnServer } from '../conformance/harness/server-process.ts';
import { runCommand } from '../support/run-command.ts';
import { createAuthority, opensslAbsence } from '../support/tls/certificates.ts';
import { oldEtcd } from './etcd-on.ts';

test(
  'an etcd with TLS that asks for client certificates is imported from',
  { timeout: 900_000 },
  async ({ skip, onTestFinished }) => {
    const release = oldEtcd();
    if ('absence' in release) return skip(release.absence);
    if (opensslAbsence !== undefined) return skip(opensslAbsence);
    const folder = await mkdtemp(join(tmpdir(), 'import-tls-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const authority = createAuthority('authority');
    const paths = new Map<string, string>();
    for (const [name, { certificate, key }] of [
      ['ca', authority],
      ['server', authority.sign('server')],
      ['client', authority.sign('client')],
      ['stranger', createAuthority('stranger')],
    ] as const) {
      for (const [kind, content] of [
        ['cert', certificate],
        ['key', key],
      ] as const) {
        paths.set(`${name}-${kind}`, join(folder, `${name}-${kind}.pem`));
        await writeFile(paths.get(`${name}-${kind}`)!, content);
      }
    }
    const file = (name: string) => paths.get(name)!;
    const [clientPort, peerPort] = await freePorts(2);
    const url = `https://localhost:${clientPort}`;
    const server = spawnServer(
      release.etcd,
      [
        ['--data-dir', join(folder, 'etcd')],
        ['--listen-client-urls', `https://127.0.0.1:${clientPort}`],
        ['--advertise-client-urls', url],
        ['--listen-peer-urls', `http://127.0.0.1:${peerPort}`],
        ['--cert-file', file('server-cert'), '--key-file', file('server-key')],
        ['--trusted-ca-file', file('ca-cert'), '--client-cert-auth'],
        ['--log-level', 'error', '--logger', 'zap'],
      ].flat(),
      { PATH: process.env['PATH'] ?? '' },
    );
    onTestFinished(() => server.kill());
    const store = `file:${join(folder, 'store')}`;
    const imports = (...tls: readonly string[]) =>
      runCommand(['import', '--from-endpoint', url, '--store', store, ...tls]);
    const client = ['--cert', file('client-cert'), '--key', file('client-key')];
    await expect
      .poll(async () => (await imports('--cacert', file('ca-cert'), ...client)).code, { timeout: 60_000 })
      .toBe(0);
    for (const tls of [
      ['--cacert', file('stranger-cert'), ...client],
      ['--cacert', file('ca-cert')],
    ]) {
      expect(await imports(...tls)).toMatchObject({
        code: 3,
        error: expect.stringMatching(/nobody answers on https:/),
      });
    }
  },
);
