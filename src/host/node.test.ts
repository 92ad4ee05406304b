import { afterEach, expect, test } from 'vitest';
import { createMemoryDisk } from '../adapters/memory-disk.ts';
import { createMemoryLocalStore } from '../adapters/memory-local-store.ts';
import { openMemoryStore } from '../adapters/memory-store/memory-store.ts';
import { createNodeCompression } from '../adapters/node-compression.ts';
import { createNodeDigest } from '../adapters/node-digest.ts';
import { createSystemClock } from '../adapters/system-clock.ts';
import { createSystemRandom } from '../adapters/system-random.ts';
import { clientErrors } from '../core/types/error.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { put, range } from '../../test/property/state-requests.ts';
import { DatabaseError } from './database.ts';
import { startNode, type Node, type NodeOptions } from './node.ts';

/** A node whose values are still in the chunks of a checkpoint, and these do not come; a renewal that is under way at the end. */

const nodes: Node[] = [];

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.close()));
});

async function start(store: ObjectStore, options: Partial<NodeOptions> = {}): Promise<Node> {
  const node = startNode({
    store,
    localStore: createMemoryLocalStore(),
    disk: createMemoryDisk(),
    clock: createSystemClock(),
    random: createSystemRandom(),
    digest: createNodeDigest(),
    compression: createNodeCompression(),
    memberId: 1n,
    name: 'one',
    clientUrls: [],
    leaseMs: 300,
    log: () => undefined,
    ...options,
  });
  nodes.push(node);
  await node.whenReady();
  return node;
}

/** Nothing of a chunk but its keys can be read, until `goOn` is called. */
async function withoutValues(): Promise<{ readonly store: ObjectStore; goOn(): void }> {
  const store = openMemoryStore();
  const before = await start(store);
  await before.request(put('key', 'value'));
  await before.request({ kind: 'checkpoint' });
  await nodes.pop()!.close();
  const gate = Promise.withResolvers<void>();
  return {
    store: {
      ...store,
      async get(key, part) {
        if (key.includes('chunks/') && part === undefined) await gate.promise;
        return store.get(key, part);
      },
    },
    goOn: gate.resolve,
  };
}

test('a request may be abandoned while its values are on their way', async () => {
  const { store, goOn } = await withoutValues();
  const node = await start(store);
  const patience = new AbortController();
  const asked = node.request(range('key'), patience.signal);
  // Whatever the answer takes: the next one comes behind it.
  await node.request({ kind: 'status' });
  await node.request({ ...range('key'), countOnly: true });
  patience.abort();
  await expect(asked).rejects.toMatchObject({ clientError: { status: 'Canceled' } });
  goOn();
  expect(await node.request(range('key'))).toMatchObject({ response: { count: 1 } });
});

test('a request whose values do not come ends in time', async () => {
  const { store, goOn } = await withoutValues();
  const node = await start(store, { requestTimeoutMs: 100 });
  await expect(node.request(range('key'))).rejects.toEqual(new DatabaseError(clientErrors.timeout));
  goOn();
});

test('a stop while a renewal is under way finds what that one wrote, which is nothing to warn of', async () => {
  const memory = openMemoryStore();
  const renewing = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let isArmed = false;
  const store: ObjectStore = {
    ...memory,
    async put(key, body, condition) {
      const outcome = await memory.put(key, body, condition);
      // It is there, and its answer is late.
      if (key.endsWith('control') && isArmed) {
        isArmed = false;
        renewing.resolve();
        await gate.promise;
      }
      return outcome;
    },
  };
  const told: string[] = [];
  const node = await start(store, { log: (level, message) => void (level === 'warn' && told.push(message)) });
  isArmed = true;
  await renewing.promise;
  const stopping = node.close();
  setTimeout(gate.resolve, 20);
  await stopping;
  expect(told).toEqual([]);
  const next = await start({ ...memory }, { memberId: 2n });
  expect(await next.request({ kind: 'status' })).toMatchObject({ response: { epoch: 2 } });
});
