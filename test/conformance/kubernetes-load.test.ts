import { afterEach, expect, test } from 'vitest';
import { KVDefinition } from '../../src/server/generated/etcdserverpb/kv.ts';
import { kubernetes } from './harness/kubernetes.ts';
import { rangeOf } from './harness/message.ts';
import { type Fact, factOf, openObjectWatchers } from './harness/object-watchers.ts';
import { connectRaw } from './harness/raw-client.ts';
import { startT4Process } from './harness/t4-process.ts';

/** A cluster of some size: every watcher sees every change of what it watches, once and in order, while it is written and after. */

const prefixes = Array.from({ length: 10 }, (_, index) => `/registry/kind-${index}/`);
const objectsPerPrefix = 1_000;
const watchersPerPrefix = 100;
const writersAtOnce = 100;
/** Nothing is said about how fast: the machine may be busy. */
const deadlineMs = 600_000;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Written {
  readonly key: string;
  readonly revision: number;
}

test('ten thousand objects, a thousand watchers', async () => {
  const server = await startT4Process();
  closers.push(() => server.stop());
  const client = connectRaw(server.address);
  closers.push(() => client.close());
  const watchers = openObjectWatchers(server.address, 20);
  closers.push(() => watchers.close());
  const history = new Map(prefixes.map((prefix) => [prefix, new Map<number, Fact>()]));
  const value = 'x'.repeat(500);

  async function write(kind: 'put' | 'delete', key: string, revision: number): Promise<Written> {
    const txn = kind === 'put' ? kubernetes.update(key, value, revision) : kubernetes.delete(key, revision);
    const { header, succeeded } = await client.call(KVDefinition, 'txn', txn, { deadlineMs });
    expect(succeeded).toBe(true);
    const written = Number(header!.revision);
    history.get(key.slice(0, key.lastIndexOf('/') + 1))!.set(written, factOf(kind, key));
    return { key, revision: written };
  }

  const create = (from: number, to: number) => {
    const keys = prefixes.flatMap((prefix) =>
      Array.from({ length: to - from }, (_, index) => `${prefix}${from + index}`),
    );
    return atOnce(interleaved(keys), (key) => write('put', key, 0));
  };
  const watch = async (share: number, afterRevision: (prefix: string) => Promise<number>) => {
    await Promise.all(
      prefixes.map(async (prefix) => watchers.add(share * watchersPerPrefix, prefix, await afterRevision(prefix))),
    );
  };
  const beginning = async () => 1;
  const listed = async (prefix: string) =>
    Number((await client.call(KVDefinition, 'range', rangeOf(kubernetes.list(prefix, 500)))).header!.revision);

  await watch(0.3, beginning);
  const first = await create(0, objectsPerPrefix / 2);
  const [second] = await Promise.all([create(objectsPerPrefix / 2, objectsPerPrefix), watch(0.4, listed)]);
  const changed = [...first, ...second].filter((_, index) => index % 10 === 0);
  const [updated] = await Promise.all([
    atOnce(changed, ({ key, revision }) => write('put', key, revision)),
    watch(0.3, beginning),
  ]);
  await atOnce(updated.slice(0, updated.length / 2), ({ key, revision }) => write('delete', key, revision));

  const writes = [...history.values()].reduce((sum, changes) => sum + changes.size, 0);
  expect(writes).toBe(prefixes.length * objectsPerPrefix * 1.15);
  const seen = await watchers.sawAll(history);
  expect(seen).toBeGreaterThan(600 * writes * 0.1);
  expect(server.isAlive()).toBe(true);
  console.log(`${writes} writes, ${seen} events seen by ${prefixes.length * watchersPerPrefix} watchers`);
});

async function atOnce<Item, Result>(
  items: readonly Item[],
  act: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) results.push(await act(items[next++]!));
  };
  await Promise.all(Array.from({ length: writersAtOnce }, worker));
  return results;
}

/** One of each prefix after the other. */
function interleaved(keys: readonly string[]): readonly string[] {
  const perPrefix = keys.length / prefixes.length;
  return keys.map((_, index) => keys[(index % prefixes.length) * perPrefix + Math.floor(index / prefixes.length)]!);
}
