import { afterEach, expect, test } from 'vitest';
import { startT4InProcess } from '../conformance/harness/t4-in-process.ts';
import type { ServerUnderTest } from '../conformance/harness/server-under-test.ts';
import { connect, refusal, type EtcdClient } from './etcd-client.ts';

/** A real node behind a real server, with a small quota: NOSPACE from its first refusal to the end of it. */

let server: ServerUnderTest | undefined;
let client: EtcdClient | undefined;

afterEach(async () => {
  client?.close();
  await server?.stop();
});

const noSpace = '8 etcdserver: mvcc: database space exceeded';
const exceeded = /the quota is exceeded/;

test('when the quota is used up, what takes space is refused until room is made and the alarm is taken back', async () => {
  server = await startT4InProcess({ node: { quotaBackendBytes: 8_000 }, expects: exceeded });
  client = await connect(server.address);
  const { call } = client;
  const put = (key: string, value: string) => call('KV/Put', { key: Buffer.from(key), value: Buffer.from(value) });
  const statusErrors = async (): Promise<string[]> => (await call('Maintenance/Status', {})).errors;
  const health = async () => {
    const response = await fetch(`http://${server!.address}/health`);
    return `${response.status} ${(await response.text()).trim()}`;
  };

  for (let number = 0; number < 7; number++) await put(`key-${number}`, 'x'.repeat(1_000));
  expect(await statusErrors()).toEqual([]);
  expect(await health()).toBe('200 {"health":"true","reason":""}');

  expect(await refusal(put('one-too-many', 'x'.repeat(1_000)))).toBe(noSpace);
  const { alarms } = await call('Maintenance/Alarm', {});
  expect(alarms).toEqual([{ memberID: '1', alarm: 1 }]);
  expect(await statusErrors()).toEqual(['memberID:1 alarm:NOSPACE ']);
  expect(await health()).toBe('503 {"health":"false","reason":"ALARM NOSPACE"}');
  // Even what would fit; but nothing that takes no space.
  expect(await refusal(put('a', ''))).toBe(noSpace);
  expect(await refusal(call('Lease/LeaseGrant', { TTL: '60' }))).toBe(noSpace);
  const key = Buffer.from('key-0');
  expect((await call('KV/Range', { key })).kvs).toHaveLength(1);
  expect((await call('KV/Txn', { success: [{ request_range: { key } }] })).succeeded).toBe(true);

  const everything = { key: Buffer.from('key-'), range_end: Buffer.from('key.') };
  const { header } = await call('KV/DeleteRange', everything);
  await call('KV/Compact', { revision: header.revision, physical: true });
  await call('Maintenance/Defragment', {});
  expect(await refusal(put('a', ''))).toBe(noSpace);
  expect((await call('Maintenance/Alarm', { action: 2, memberID: '1', alarm: 1 })).alarms).toEqual(alarms);
  await put('a', 'x'.repeat(1_000));
  expect(await statusErrors()).toEqual([]);
  expect(await health()).toBe('200 {"health":"true","reason":""}');
  expect(Number((await call('Maintenance/Status', {})).dbSize)).toBeLessThan(2_000);
});
