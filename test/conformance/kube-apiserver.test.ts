import { rm, writeFile } from 'node:fs/promises';
import { expect, test, type TestContext } from 'vitest';
import { findKubeApiserver, type KubeApiserver } from '../support/kube-apiserver/kube-apiserver.ts';
import type { KubeClient, KubeList } from '../support/kube-apiserver/kube-client.ts';
import { startKubeApiserver } from '../support/kube-apiserver/start.ts';
import { folderStore } from '../support/processes/store.ts';
import { startT4 } from '../support/processes/t4.ts';
import { openWorkplace, type Workplace } from '../support/processes/workplace.ts';
import { createAuthority, opensslAbsence } from '../support/tls/certificates.ts';
import { MaintenanceDefinition } from '../../src/server/generated/etcdserverpb/maintenance.ts';
import { followKube } from './harness/kube-follower.ts';
import {
  collection,
  customResources,
  eventsThatEnd,
  leases,
  namespace,
  objects,
  pages,
  watches,
} from './harness/kube-uses.ts';
import { startKubeWriters } from './harness/kube-writers.ts';
import { connectRaw } from './harness/raw-client.ts';
import { isBefore } from './harness/versions.ts';

/** Kubernetes' API server itself, where it was built: it keeps everything here, and does not notice. */
const found = await findKubeApiserver();

function withKubeApiserver(name: string, run: (context: TestContext, program: KubeApiserver) => Promise<void>): void {
  test(name, { timeout: 1_800_000 }, async (context) => {
    if (found.path === undefined) return context.skip(found.absence);
    await run(context, found);
  });
}

withKubeApiserver(
  'over TLS, with certificates on both sides: all that it does with a store',
  async (context, program) => {
    if (opensslAbsence !== undefined) return context.skip(opensslAbsence);
    const workplace = await openWorkplace(context);
    const { t4, etcd } = await certificates(workplace);
    const store = folderStore(workplace);
    // Nobody may lose the lead while the machine is busy: what is tried is what is answered.
    const settings = { ...t4, 'lease-ttl': '10m' };
    const node = startT4(workplace, { name: 'node', store: store.url, dataDir: workplace.path('data'), settings });
    await node.ready();
    const server = await startKubeApiserver(workplace, {
      program: program.path,
      etcdServers: [`https://${await node.listening()}`],
      flags: [...etcd, '--event-ttl=5s'],
    });
    await server.ready();
    const { client } = server;
    const ready = await client.text('/readyz?verbose');
    expect(ready.body).toMatch(/\[\+\]etcd ok\n\[\+\]etcd-readiness ok/);
    expect(await client.post('/api/v1/namespaces', { metadata: { name: namespace } })).toMatchObject({ status: 201 });
    await objects(client);
    await pages(client);
    await watches(client);
    await customResources(client);
    await leases(client);
    await eventsThatEnd(client);

    const metrics = (await client.text('/metrics')).body;
    // It asks for progress, so that reads that are no older than they may be come out of its cache.
    const consistent = (fallback: boolean) =>
      sumOf(metrics, 'apiserver_watch_cache_consistent_read_total', `fallback="${fallback}"`);
    expect(consistent(false)).toBeGreaterThan(consistent(true));
    expect(sumOf(metrics, 'apiserver_storage_size_bytes')).toBeGreaterThan(0);
    // RangeStream, which its release asks for first and would not ask for again had it been refused.
    if (!isBefore(program.version, '1.37.0')) {
      expect(sumOf(metrics, 'etcd_request_duration_seconds_count', 'operation="listStream"')).toBeGreaterThan(0);
    }
    expect(sumOf(metrics, 'etcd_request_errors_total')).toBe(0);
  },
);

withKubeApiserver('a node that is killed and begins on an empty disk: nothing is lost', async (context, program) => {
  const workplace = await openWorkplace(context);
  const store = folderStore(workplace);
  const dataDir = workplace.path('data');
  const start = (listen: string) =>
    startT4(workplace, { name: 'node', store: store.url, dataDir, settings: { listen, 'lease-ttl': '2s' } });
  const node = start('127.0.0.1:0');
  await node.ready();
  const address = await node.listening();
  const server = await startKubeApiserver(workplace, {
    program: program.path,
    etcdServers: [`http://${address}`],
    flags: ['--etcd-compaction-interval=5s'],
  });
  await server.ready();
  const { client } = server;
  expect(await client.post('/api/v1/namespaces', { metadata: { name: namespace } })).toMatchObject({ status: 201 });
  const follower = followKube(client, collection);
  const writers = startKubeWriters(client, namespace, 10);
  await writers.acknowledged(10);

  await node.kill();
  await rm(dataDir, { recursive: true });
  await start(address).ready();
  await writers.acknowledged(10);
  await server.ready();
  await expectCompactions(client, 2);
  await writers.stop();
  await follower.knows((await client.get<KubeList>(collection)).body);
  await follower.stop();
});

withKubeApiserver('two nodes: the lead is handed over, then its holder is killed', async (context, program) => {
  const workplace = await openWorkplace(context);
  const store = folderStore(workplace);
  const settings = { 'lease-ttl': '2s', 'member-interval': '1s' };
  const start = (name: string) =>
    startT4(workplace, { name, store: store.url, dataDir: workplace.path(name), settings });
  const first = start('first');
  await first.ready();
  const second = start('second');
  const addresses = [await first.listening(), await second.listening()];
  const server = await startKubeApiserver(workplace, {
    program: program.path,
    etcdServers: addresses.map((address) => `http://${address}`),
  });
  await server.ready();
  const { client } = server;
  expect(await client.post('/api/v1/namespaces', { metadata: { name: namespace } })).toMatchObject({ status: 201 });
  const follower = followKube(client, collection);
  const writers = startKubeWriters(client, namespace, 10);
  await writers.acknowledged(10);
  // It asks both in turns, and does not hear of it.
  const before = (await client.text('/metrics')).body;
  const requests = sumOf(before, 'etcd_request_duration_seconds_count');
  expect(sumOf(before, 'etcd_request_errors_total')).toBeLessThan(requests / 10);

  await moveLead(addresses[0]!, addresses[1]!);
  await second.ready();
  await writers.acknowledged(10);
  await second.kill();
  await writers.acknowledged(10);
  await server.ready();
  await writers.stop();
  // Its watches went on: nothing was listed again.
  const after = (await client.text('/metrics')).body;
  const listed = 'apiserver_watch_cache_initializations_total';
  expect(sumOf(after, listed)).toBe(sumOf(before, listed));
  await follower.knows((await client.get<KubeList>(collection)).body);
  await follower.stop();
});

/** Asked until it is done: who does not know yet that the other one is there refuses. */
async function moveLead(from: string, to: string): Promise<void> {
  const [holder, heir] = [connectRaw(from), connectRaw(to)];
  try {
    for (;;) {
      const { header } = await heir.call(MaintenanceDefinition, 'status', {});
      const status = await holder.call(MaintenanceDefinition, 'status', {});
      if (status.leader === header!.memberId) return;
      const targetID = header!.memberId;
      await holder.call(MaintenanceDefinition, 'moveLeader', { targetID }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    holder.close();
    heir.close();
  }
}

/** The API server compacts by itself; who reads on from before is told so. */
async function expectCompactions(client: KubeClient, count: number): Promise<void> {
  for (let seen = 0; seen < count; seen++) {
    const { body } = await client.get<KubeList>(`${collection}?limit=1`);
    const next = `${collection}?limit=1&continue=${encodeURIComponent(body.metadata.continue!)}`;
    for (;;) {
      const answer = await client.get<{ readonly reason?: string }>(next);
      if (answer.status === 410) break;
      expect(answer.status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** Flags of both sides. */
async function certificates(workplace: Workplace) {
  const authority = createAuthority('the store');
  const path = workplace.path;
  await writeFile(path('ca.pem'), authority.certificate);
  for (const name of ['node', 'kube-apiserver']) {
    const { certificate, key } = authority.sign(name);
    await writeFile(path(`${name}.pem`), certificate);
    await writeFile(path(`${name}-key.pem`), key);
  }
  return {
    t4: { 'cert-file': path('node.pem'), 'key-file': path('node-key.pem'), 'trusted-ca-file': path('ca.pem') },
    etcd: [
      `--etcd-cafile=${path('ca.pem')}`,
      `--etcd-certfile=${path('kube-apiserver.pem')}`,
      `--etcd-keyfile=${path('kube-apiserver-key.pem')}`,
    ],
  };
}

/** Over all labels that have these words in them. */
function sumOf(metrics: string, name: string, labels = ''): number {
  const lines = metrics.split('\n').filter((line) => line.startsWith(name) && /^[{ ]/.test(line.slice(name.length)));
  return lines.filter((line) => line.includes(labels)).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
