import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openObjectStore } from '../../src/adapters/open-store.ts';
import { runProgram } from '../../src/cli/program.ts';
import { slotKey } from '../../src/core/format/keys.ts';
import type { ServerUnderTest } from '../conformance/harness/server-under-test.ts';
import { startT4InProcess } from '../conformance/harness/t4-in-process.ts';
import { connect, refusal, type EtcdClient } from './etcd-client.ts';

/** What `t4 verify` finds, raised at a node that runs: CORRUPT from end to end. */

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve(): Promise<{
  readonly folder: string;
  readonly server: ServerUnderTest;
  readonly client: EtcdClient;
}> {
  const folder = mkdtempSync(join(tmpdir(), 't4-corrupt-'));
  const server = await startT4InProcess({ node: { store: await openObjectStore(`file:${folder}`) } });
  closing.push(() => server.stop());
  const client = await connect(server.address);
  closing.push(() => client.close());
  for (const key of ['a', 'b', 'c']) await client.call('KV/Put', { key: Buffer.from(key) });
  return { folder, server, client };
}

async function verify(folder: string, address: string) {
  let said = '';
  const say = (text: string | Uint8Array) => void (said += String(text));
  const code = await runProgram(
    ['verify', `file:${folder}`, '--alarm', `http://${address}`],
    {},
    { out: say, error: say },
  );
  return { code, said };
}

const corrupt = '15 etcdserver: corrupt cluster';

test('what verify finds stops all changes until somebody takes the alarm back; where all is well nothing happens', async () => {
  const { folder, server, client } = await serve();
  expect(await verify(folder, server.address)).toMatchObject({ code: 0 });
  expect((await client.call('Maintenance/Alarm', {})).alarms).toEqual([]);

  rmSync(join(folder, `${slotKey(3)}~object`), { recursive: true });
  const { code, said } = await verify(folder, server.address);
  expect(code).toBe(1);
  expect(said).toContain(`the alarm CORRUPT is raised at http://${server.address}`);
  const { alarms } = await client.call('Maintenance/Alarm', {});
  expect(alarms).toEqual([{ memberID: '1', alarm: 2 }]);
  expect((await client.call('Maintenance/Status', {})).errors).toEqual(['memberID:1 alarm:CORRUPT ']);
  const key = Buffer.from('a');
  expect(await refusal(client.call('KV/Put', { key }))).toBe(corrupt);
  expect(await refusal(client.call('KV/DeleteRange', { key }))).toBe(corrupt);
  expect(await refusal(client.call('KV/Compact', { revision: '2' }))).toBe(corrupt);
  expect((await client.call('KV/Range', { key })).kvs).toHaveLength(1);

  await client.call('Maintenance/Alarm', { action: 2, ...alarms[0] });
  await client.call('KV/Put', { key });
});

test('no alarm is raised at a node of another database', async () => {
  const one = await serve();
  const other = await serve();
  rmSync(join(one.folder, `${slotKey(3)}~object`), { recursive: true });
  const { code, said } = await verify(one.folder, other.server.address);
  expect(code).toBe(1);
  expect(said).toContain('serves another database: no alarm is raised there');
  expect((await other.client.call('Maintenance/Alarm', {})).alarms).toEqual([]);
});
