import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runT4, startT4, type Running } from './spawn-t4.ts';

const running: Running[] = [];

afterEach(async () => {
  for (const { child, finished } of running.splice(0)) {
    child.kill('SIGKILL');
    await finished;
  }
});

function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
  const started = startT4(args, environment);
  running.push(started);
  return started;
}

const anyPort = ['--listen', '127.0.0.1:0'];

describe('t4 run', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('serves, tells so in its log, and ends with 0 on %s', async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), 't4-run-'));
    const args = ['run', '--store', `file:${folder}/store`, '--data-dir', `${folder}/node`, ...anyPort];
    const { child, finished, logged } = start(args, { T4_LOG_FORMAT: 'json' });
    const ready = await logged('ready to serve client requests');
    expect(ready).toMatchObject({ store: `file:${folder}/store`, durability: 'object', revision: 1, level: 'info' });
    const [address] = ready['addresses'] as string[];
    expect(address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);

    const healthy = await runT4(['status', '--endpoint', address!, '--json']);
    expect(healthy.code).toBe(0);
    expect(JSON.parse(healthy.out)).toMatchObject({
      healthy: true,
      isLeader: true,
      revision: 1,
      errors: [],
      members: [{ clientUrls: [`http://${address}`] }],
    });
    const table = await runT4(['status'], { T4_ENDPOINT: address! });
    expect(table).toMatchObject({ code: 0, error: '' });
    expect(table.out).toMatch(/^health +healthy$/m);

    child.kill(signal);
    const { code, out, error } = await finished;
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(error).toContain('"message":"lease given back"');

    const unreachable = await runT4(['status', '--endpoint', address!, '--timeout', '1s']);
    expect(unreachable.code).toBe(3);
    expect(unreachable.error).toContain(`t4: nobody answers on ${address}`);
  });

  it('runs a branch by its name, beside its parent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 't4-run-'));
    const store = `file:${folder}/store`;
    const quiet = { T4_LOG_FORMAT: 'json' };
    const parent = start(['run', '--store', store, '--data-dir', `${folder}/parent`, ...anyPort], quiet);
    await parent.logged('ready to serve client requests');
    expect((await runT4(['branch', 'create', 'try', '--from', store])).code).toBe(0);
    const branch = ['run', '--store', `${store}/branches/try`, '--data-dir', `${folder}/branch`, ...anyPort];
    const { finished, logged } = start(branch, quiet);
    await logged('ready to serve client requests');
    expect(await logged('opening the database')).toMatchObject({
      store,
      branch: expect.stringMatching(/^branches\/try\/[0-9a-f]{16}\/$/),
    });
    expect((await runT4(['branch', 'delete', 'try', '--from', store])).out).toBe('branch try deleted\n');
    expect(await finished).toMatchObject({ code: 1, error: expect.stringContaining('it was deleted') });
    expect(parent.child.exitCode).toBe(null);
  });

  it('stands by while another node leads, takes over when it goes, and knows itself unready until then', async () => {
    const folder = mkdtempSync(join(tmpdir(), 't4-run-'));
    const args = (name: string): readonly string[] => [
      ...['run', '--store', `file:${folder}/store`, '--data-dir', `${folder}/${name}`, '--node-id', name],
      ...anyPort,
    ];
    const first = start(args('first'));
    await first.logged('ready to serve client requests');
    const second = start(args('second'));
    const { addresses } = await second.logged('listening');
    const status = await runT4(['status', '--endpoint', (addresses as string[])[0]!, '--json']);
    expect(JSON.parse(status.out)).toMatchObject({ isLeader: false });
    first.child.kill('SIGTERM');
    expect((await first.finished).code).toBe(0);
    await second.logged('ready to serve client requests');
  });

  it('refuses an address that other machines reach, and says why', async () => {
    const { code, out, error } = await runT4(['run', '--store', 'memory:', '--listen', '0.0.0.0:0']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toContain('nothing is encrypted');
    expect(error).toContain('--allow-insecure-listen');
    const advertise = await runT4(['run', '--store', 'memory:', '--listen', '0.0.0.0:0', '--allow-insecure-listen']);
    expect(advertise.code).toBe(2);
    expect(advertise.error).toContain('--advertise-client-urls');
  });

  it('refuses to guess a store', async () => {
    const { code, error } = await runT4(['run']);
    expect(code).toBe(2);
    expect(error).toContain('no object store is named');
  });

  it('waits for a store that does not answer, and stops in good order all the same', async () => {
    const nobody = ['--s3-bucket', 'bucket', '--s3-endpoint', 'http://127.0.0.1:1'];
    const credentials = { T4_S3_ACCESS_KEY_ID: 'id', T4_S3_SECRET_ACCESS_KEY: 'hunter2' };
    const { child, finished, logged } = start(['run', ...nobody, ...anyPort, '--log-level', 'debug'], credentials);
    expect((await logged('the store does not answer yet'))['problem']).toContain('ECONNREFUSED');
    child.kill('SIGTERM');
    const { code, error } = await finished;
    expect(code).toBe(0);
    expect(error).not.toContain('hunter2');
  });

  it('ends with 1 and the reason when the port is taken or the data folder is in use', async () => {
    const folder = mkdtempSync(join(tmpdir(), 't4-run-'));
    const first = start(['run', '--store', 'memory:', '--data-dir', folder, ...anyPort]);
    const { addresses } = await first.logged('listening');
    const taken = await runT4(['run', '--store', 'memory:', '--listen', (addresses as string[])[0]!]);
    expect(taken.code).toBe(1);
    expect(taken.error).toContain(`cannot listen on ${(addresses as string[])[0]}`);
    const inUse = await runT4(['run', '--store', 'memory:', '--data-dir', folder, ...anyPort]);
    expect(inUse.code).toBe(1);
    expect(inUse.error).toMatch(/"level":"error".*another process/);
  });

  it('lives on when nobody reads its log any more', async () => {
    const { child, logged } = start(['run', '--store', 'memory:', '--log-level', 'debug', ...anyPort]);
    const { addresses } = await logged('ready to serve client requests');
    child.stderr!.destroy();
    for (let attempt = 0; attempt < 3; attempt++) {
      expect((await runT4(['status', '--endpoint', (addresses as string[])[0]!])).code).toBe(0);
    }
  });
});

it('what was acknowledged from a lost disk is given up on the command line alone', async () => {
  const { code, error } = await runT4(['run', '--store', 'memory:'], { T4_ACCEPT_LOCAL_LOSS: 'true' });
  expect(code).toBe(2);
  expect(error).toContain('on the command line alone');
});
