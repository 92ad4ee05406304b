import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRecordingClient } from '../support/etcd/client.ts';
import { createRecorder } from '../support/history/recorder.ts';
import { folderStore } from '../support/processes/store.ts';
import { openWorkplace } from '../support/processes/workplace.ts';
import { createSeeded } from '../support/seeded.ts';
import { startLoad } from './load.ts';
import { leadsAfter, startNode, stopAll, watchAll } from './pair.ts';
import { seed } from './settings.ts';
import { verify } from './verify.ts';

const orderly = { code: 0, signal: null };
const warmUpMs = 300;
const requestTimeoutMs = 60_000;

/** The lease is far longer than the test may take: whoever leads next did not wait for its end. */
test('SIGTERM under load ends a leader in good order, and the next one leads at once', async (context) => {
  const workplace = await openWorkplace(context);
  const random = createSeeded(seed);
  const store = folderStore(workplace);
  const client = createRecordingClient(createRecorder(), requestTimeoutMs);
  const settings = { 'lease-ttl': '10m' };
  let log: Awaited<ReturnType<typeof verify>> = [];

  const first = startNode(workplace, store, 'first', settings);
  await first.ready();
  let connection = await first.connect();
  const watchers = watchAll(() => connection);
  const load = startLoad({ client, random, connection: () => connection });
  await sleep(warmUpMs);
  first.signal('SIGTERM');
  expect(await first.exited).toStrictEqual(orderly);
  await load.stop();
  expect(first.logged('lease given back')).toHaveLength(1);
  expect(load.done()).toBeGreaterThan(0);

  const second = startNode(workplace, store, 'second', settings);
  await second.ready();
  connection = await second.connect();
  log = await verify({ connection, client, watchers, earlier: log, random, reignNotBeforeMs: second.startedMs });
  const more = startLoad({ client, random, connection: () => connection });
  await sleep(warmUpMs);
  await more.stop();
  expect(more.errors).toStrictEqual(new Map());
  await verify({ connection, client, watchers, earlier: log, random, reignNotBeforeMs: second.startedMs });
  await stopAll(watchers);
  second.signal('SIGTERM');
  expect(await second.exited).toStrictEqual(orderly);
});

test('a node that stands by leads before the lease that was given back would have ended', async (context) => {
  const workplace = await openWorkplace(context);
  const store = folderStore(workplace);
  const leaseMs = 20_000;
  const settings = { 'lease-ttl': `${leaseMs}ms` };
  const first = startNode(workplace, store, 'first', settings);
  await first.ready();
  const second = startNode(workplace, store, 'second', settings);
  await second.listening();
  // A leader that is stopped renews its lease no more: from here on it would run to its end.
  const lapse = sleep(leaseMs, 'lapsed', { ref: false });
  first.signal('SIGTERM');
  expect(await Promise.race([leadsAfter(second, 1), lapse])).toBe(2);
  expect(await first.exited).toStrictEqual(orderly);
  second.signal('SIGTERM');
  expect(await second.exited).toStrictEqual(orderly);
});

test('SIGTERM ends a node that stands by, and takes nothing from the one that leads', async (context) => {
  const workplace = await openWorkplace(context);
  const store = folderStore(workplace);
  const client = createRecordingClient(createRecorder(), requestTimeoutMs);
  const first = startNode(workplace, store, 'first', { 'lease-ttl': '10m' });
  await first.ready();
  const second = startNode(workplace, store, 'second', { 'lease-ttl': '10m' });
  const refused = await client.write(await second.connect(), 'standby', [{ key: 'a', value: 'standby:', lease: 0n }]);
  expect(refused).toStrictEqual({ kind: 'refused', error: 'UNAVAILABLE there is no connection available' });
  second.signal('SIGTERM');
  expect(await second.exited).toStrictEqual(orderly);
  const applied = await client.write(await first.connect(), 'leader', [{ key: 'a', value: 'leader:', lease: 0n }]);
  expect(applied).toStrictEqual({ kind: 'applied', revision: 2 });
});
