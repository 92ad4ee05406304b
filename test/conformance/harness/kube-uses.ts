import { expect } from 'vitest';
import type { KubeClient, KubeList } from '../../support/kube-apiserver/kube-client.ts';

/** What people and controllers do with Kubernetes' API server, each thing from an empty namespace to an empty one. */
export const namespace = 'tried';
export const collection = `/api/v1/namespaces/${namespace}/configmaps`;

/** Created, changed and deleted by whoever read them last. */
export async function objects(client: KubeClient): Promise<void> {
  const path = `${collection}/one`;
  const created = await client.post(collection, { metadata: { name: 'one' }, data: { a: '1' } });
  expect(created.status).toBe(201);
  const again = await client.post(collection, { metadata: { name: 'one' }, data: { a: '2' } });
  expect(again).toMatchObject({ status: 409, body: { reason: 'AlreadyExists' } });
  const resourceVersion = created.body.metadata.resourceVersion!;
  const second = { metadata: { name: 'one', resourceVersion }, data: { a: '2' } };
  expect(await client.put(path, second)).toMatchObject({ status: 200, body: { data: { a: '2' } } });
  expect(await client.put(path, second)).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
  expect(
    (await client.delete(path, { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { resourceVersion } })).status,
  ).toBe(409);
  expect(await client.get(path)).toMatchObject({ status: 200, body: { data: { a: '2' } } });

  const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data: { a: '1' } };
  const otherwise = { ...applied, data: { a: '2' } };
  const appliedPath = `${collection}/applied`;
  expect((await client.apply(`${appliedPath}?fieldManager=one`, applied)).status).toBe(201);
  expect((await client.apply(`${appliedPath}?fieldManager=two`, otherwise)).status).toBe(409);
  const forced = await client.apply(`${appliedPath}?fieldManager=two&force=true`, otherwise);
  expect(forced).toMatchObject({ status: 200, body: { data: { a: '2' } } });
  for (const name of ['one', 'applied']) expect((await client.delete(`${collection}/${name}`)).status).toBe(200);
  expect((await client.get(path)).status).toBe(404);
}

/** One revision's, whatever is written between them. */
export async function pages(client: KubeClient): Promise<void> {
  const names = Array.from({ length: 25 }, (_, index) => `page-${String(index).padStart(2, '0')}`);
  for (const name of names) await client.post(collection, { metadata: { name } });
  const read = async (query: string) => (await client.get<KubeList>(`${collection}?${query}`)).body;
  const first = await read('limit=10');
  expect(first.metadata.remainingItemCount).toBe(15);
  await client.delete(`${collection}/page-20`);
  await client.post(collection, { metadata: { name: 'page-20a' } });
  const { resourceVersion } = first.metadata;
  const items = [...first.items];
  for (let next = first.metadata.continue; next !== undefined;) {
    const page = await read(`limit=10&continue=${encodeURIComponent(next)}`);
    expect(page.metadata.resourceVersion).toBe(resourceVersion);
    items.push(...page.items);
    next = page.metadata.continue;
  }
  expect(items.map(({ metadata }) => metadata.name)).toEqual(names);
  const exact = await read(`resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`);
  expect(exact.items.map(({ metadata }) => metadata.name)).toEqual(names);
  const now = await read('');
  expect(now.items.map(({ metadata }) => metadata.name)).toEqual(names.toSpliced(20, 1, 'page-20a'));
  expect((await client.delete(collection)).status).toBe(200);
  expect((await read('')).items).toEqual([]);
}

export async function watches(client: KubeClient): Promise<void> {
  const { body: list } = await client.get<KubeList>(collection);
  await client.post(collection, { metadata: { name: 'seen' }, data: { a: '1' } });
  const fromThen = await client.watch(`${collection}?watch=true&resourceVersion=${list.metadata.resourceVersion}`);
  await client.put(`${collection}/seen`, { metadata: { name: 'seen' }, data: { a: '2' } });
  await client.delete(`${collection}/seen`);
  await fromThen.event(({ type }) => type === 'DELETED');
  expect(fromThen.events.map(({ type, object }) => [type, object['data']])).toEqual([
    ['ADDED', { a: '1' }],
    ['MODIFIED', { a: '2' }],
    ['DELETED', { a: '2' }],
  ]);
  fromThen.close();

  // A list as a stream: what is there, a mark, what comes.
  await client.post(collection, { metadata: { name: 'there' } });
  const streamed = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  const stream = await client.watch(`${collection}?${streamed}`);
  await stream.event(({ type }) => type === 'BOOKMARK');
  expect(stream.events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
  await client.delete(`${collection}/there`);
  await stream.event(({ type }) => type === 'DELETED');
  stream.close();
}

export async function customResources(client: KubeClient): Promise<void> {
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: sizes } } } };
  const definition = {
    metadata: { name: 'widgets.t4.test' },
    spec: {
      group: 't4.test',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
  expect((await client.post(definitions, definition)).status).toBe(201);
  const widgets = `/apis/t4.test/v1/namespaces/${namespace}/widgets`;
  while ((await client.get(widgets)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 100));
  const widget = (name: string, size: number) => ({
    apiVersion: 't4.test/v1',
    kind: 'Widget',
    metadata: { name },
    spec: { size },
  });
  const watch = await client.watch(`${widgets}?watch=true&resourceVersion=0`);
  for (const [index, name] of ['a', 'b', 'c'].entries()) {
    expect((await client.post(widgets, widget(name, index))).status).toBe(201);
  }
  expect((await client.delete(`${widgets}/b`)).status).toBe(200);
  await watch.event(({ type, object }) => type === 'DELETED' && object.metadata.name === 'b');
  watch.close();
  const { body } = await client.get<KubeList>(widgets);
  expect(body.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'c']);
  expect((await client.delete(`${definitions}/widgets.t4.test`)).status).toBe(200);
  while ((await client.get(widgets)).status !== 404) await new Promise((resolve) => setTimeout(resolve, 100));
}

const sizes = { size: { type: 'integer' } };

export async function leases(client: KubeClient): Promise<void> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const lease = (holderIdentity: string, resourceVersion?: string) => ({
    metadata: { name: 'lead', ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    spec: { holderIdentity, leaseDurationSeconds: 15 },
  });
  const taken = await client.post(path, lease('one'));
  expect(taken.status).toBe(201);
  const version = taken.body.metadata.resourceVersion;
  const both = await Promise.all(['two', 'three'].map((who) => client.put(`${path}/lead`, lease(who, version))));
  expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409]);
}

/** By leases of the store, which nobody keeps alive. */
export async function eventsThatEnd(client: KubeClient): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/events`;
  const watch = await client.watch(`${path}?watch=true&resourceVersion=0`);
  const involvedObject = { kind: 'ConfigMap', namespace, name: 'one' };
  for (const name of ['a', 'b', 'c']) {
    const event = { metadata: { name }, involvedObject, reason: 'Tried', message: name, type: 'Normal' };
    expect((await client.post(path, event)).status).toBe(201);
  }
  for (const name of ['a', 'b', 'c']) {
    await watch.event(({ type, object }) => type === 'DELETED' && object.metadata.name === name);
  }
  watch.close();
  expect((await client.get<KubeList>(path)).body.items).toEqual([]);
}
