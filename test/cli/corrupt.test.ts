import { mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { openObjectStore } from '../../src/adapters/open-store.ts';
import { slotKey } from '../../src/core/format/keys.ts';
import { runProgram } from '../../src/cli/program.ts';
import { connect, refusal, type Answer, type EtcdClient } from '../server/etcd-client.ts';
import { startT4 } from './spawn-t4.ts';

/** A server, as operators run it, over a bucket that rots below it. */

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const corrupt = '15 etcdserver: corrupt cluster';
const key = Buffer.from('a');

const readyLines: Readonly<Record<string, string>> = {
  run: 'ready to serve client requests',
  etcd: 'serving client traffic insecurely; this is strongly discouraged!',
};

interface Serving {
  readonly folder: string;
  readonly address: string;
  readonly client: EtcdClient;
}

async function serve(command: readonly string[]): Promise<Serving> {
  const folder = mkdtempSync(join(tmpdir(), 't4-corrupt-'));
  const args = [...command, '--store', `file:${folder}/store`];
  const { child, finished, logged } = startT4(args, { T4_LOG_FORMAT: 'json' });
  closing.push(async () => {
    child.kill('SIGKILL');
    await finished;
  });
  const ready = await logged(readyLines[command[0]!]!);
  const address = (ready['address'] ?? (ready['addresses'] as readonly string[])[0]) as string;
  const client = await connect(address);
  closing.push(() => client.close());
  for (const letter of ['a', 'b', 'c']) await ask(client, 'KV/Put', { key: Buffer.from(letter) });
  return { folder, address, client };
}

const unavailable = 14;

/** A machine that stands still for a while may let the lease on leadership lapse: who is told so asks again. */
async function ask(client: EtcdClient, method: string, request: object): Promise<Answer> {
  for (;;) {
    try {
      return await client.call(method, request);
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== unavailable) throw error;
      await sleep(20);
    }
  }
}

async function run(...argv: readonly string[]) {
  let said = '';
  const say = (text: string | Uint8Array) => void (said += String(text));
  const code = await runProgram(argv, {}, { out: say, error: say });
  return { code, said };
}

function status(address: string) {
  return run('status', '--endpoint', address, '--timeout', '1m');
}

interface Alarm {
  readonly memberID: string;
  readonly alarm: number;
}

async function alarmsOf(client: EtcdClient): Promise<readonly Alarm[]> {
  return (await ask(client, 'Maintenance/Alarm', {})).alarms;
}

/** As `etcdctl alarm disarm` does. */
async function disarm(client: EtcdClient): Promise<void> {
  for (const alarm of await alarmsOf(client)) await ask(client, 'Maintenance/Alarm', { action: 2, ...alarm });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}

async function checks(address: string): Promise<number> {
  const text = await (await fetch(`http://${address}/metrics`)).text();
  return Number(/^t4_corruption_checks_total (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
}

/** The one that may be under way began before. */
async function nextCheck(address: string): Promise<void> {
  let before = Number.NaN;
  await until(async () => !Number.isNaN((before = await checks(address))));
  await until(async () => (await checks(address)) >= before + 2);
}

/** As a disk below the bucket would do it. */
async function rot(folder: string, prefix: string): Promise<void> {
  const store = await openObjectStore(`file:${folder}`);
  const listed = await store.list(prefix, { limit: 1 });
  if (listed.kind !== 'ok') throw new Error(listed.problem.message);
  const { key: name } = listed.objects[0]!;
  const read = await store.get(name);
  if (read.kind !== 'ok') throw new Error(read.kind);
  const middle = read.body.length >> 1;
  const body = read.body.map((byte, index) => (index === middle ? byte ^ 1 : byte));
  await store.put(name, body, { kind: 'none' });
  await store.close();
}

it('t4 run: damage that a check meets stops all changes, until it is mended and the alarm taken back', async () => {
  const { folder, address, client } = await serve([
    'run',
    '--data-dir',
    mkdtempSync(join(tmpdir(), 't4-corrupt-')),
    '--listen',
    '127.0.0.1:0',
    '--corrupt-check-time',
    '50ms',
  ]);
  await nextCheck(address);
  expect(await alarmsOf(client)).toEqual([]);
  await until(async () => (await status(address)).code === 0);

  const slot = join(folder, 'store', `${slotKey(3)}~object`);
  const aside = join(folder, 'aside');
  renameSync(slot, aside);
  await until(async () => (await alarmsOf(client)).length > 0);
  expect(await alarmsOf(client)).toEqual([{ memberID: expect.any(String), alarm: 2 }]);
  expect(await refusal(ask(client, 'KV/Put', { key }))).toBe(corrupt);
  expect(await refusal(ask(client, 'Lease/LeaseGrant', { TTL: 10 }))).toBe(corrupt);
  expect((await ask(client, 'KV/Range', { key })).kvs).toHaveLength(1);
  const health = await fetch(`http://${address}/health`);
  expect([health.status, await health.text()]).toEqual([503, '{"health":"false","reason":"ALARM CORRUPT"}\n']);
  const { code, said } = await status(address);
  expect(code).toBe(1);
  expect(said).toContain(`${slotKey(3)}: missing`);

  // Still there: the next check raises it again.
  await disarm(client);
  await until(async () => (await alarmsOf(client)).length > 0);

  renameSync(aside, slot);
  await nextCheck(address);
  await disarm(client);
  await ask(client, 'KV/Put', { key });
  await nextCheck(address);
  expect(await alarmsOf(client)).toEqual([]);
  await until(async () => (await status(address)).code === 0);
});

it('t4 etcd, under the flag of 3.5: a new checkpoint mends a rotten chunk', async () => {
  const { folder, address, client } = await serve([
    'etcd',
    '--data-dir',
    mkdtempSync(join(tmpdir(), 't4-corrupt-')),
    '--listen-client-urls',
    'http://127.0.0.1:0',
    '--advertise-client-urls',
    'http://127.0.0.1:0',
    '--experimental-corrupt-check-time=50ms',
    '--experimental-initial-corrupt-check',
  ]);
  expect(await run('checkpoint', '--endpoint', address, '--timeout', '1m')).toMatchObject({ code: 0 });
  await rot(join(folder, 'store'), 'chunks/');
  await until(async () => (await alarmsOf(client)).length > 0);
  expect((await status(address)).said).toMatch(/^problem .*chunks\//m);
  expect(await refusal(ask(client, 'KV/Put', { key }))).toBe(corrupt);
  expect(await run('checkpoint', '--endpoint', address, '--timeout', '1m')).toMatchObject({ code: 0 });
  await nextCheck(address);
  await disarm(client);
  await nextCheck(address);
  expect(await alarmsOf(client)).toEqual([]);
  await ask(client, 'KV/Put', { key });
  await until(async () => (await status(address)).code === 0);
});
