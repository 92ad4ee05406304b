import { createMemoryDisk } from '../../../src/adapters/memory-disk.ts';
import { createMemoryLocalStore } from '../../../src/adapters/memory-local-store.ts';
import { createNodeCompression } from '../../../src/adapters/node-compression.ts';
import { createNodeDigest } from '../../../src/adapters/node-digest.ts';
import { openObjectStore } from '../../../src/adapters/open-store.ts';
import { createSystemClock } from '../../../src/adapters/system-clock.ts';
import { createSystemRandom } from '../../../src/adapters/system-random.ts';
import { type NodeOptions, startNode } from '../../../src/host/node.ts';
import { authDefaults, type AuthSettings } from '../../../src/server/auth/authenticator.ts';
import { startServer } from '../../../src/server/server.ts';
import { unhurried } from '../../support/unhurried.ts';
import type { ServerUnderTest } from './server-under-test.ts';

export interface T4Options {
  readonly node?: Partial<NodeOptions>;
  readonly auth?: Partial<AuthSettings>;
  /** Warnings that the tests give reason to. */
  readonly expects?: RegExp;
  /** Whether it is up only once it serves: a node beside the leader never does by itself. */
  readonly waits?: boolean;
}

/** This server inside the test's own process, over a store in memory. What it warned of fails the tests that stop it. */
export async function startT4InProcess({
  node: nodeOptions = {},
  auth = {},
  expects,
  waits = true,
}: T4Options = {}): Promise<ServerUnderTest> {
  const complaints: string[] = [];
  const note = (level: string, message: string, fields: object) => {
    if (expects?.test(message) === true) return;
    if (level === 'warn' || level === 'error') complaints.push(`${level}: ${message} ${describe(fields)}`);
  };
  const store = await openObjectStore('memory:');
  const node = startNode({
    store,
    localStore: createMemoryLocalStore(),
    disk: createMemoryDisk(),
    clock: createSystemClock(),
    random: createSystemRandom(),
    digest: createNodeDigest(),
    compression: createNodeCompression(),
    memberId: 1n,
    name: 'conformance',
    clientUrls: ['http://127.0.0.1:2379'],
    durability: 'object',
    log: note,
    ...unhurried,
    ...nodeOptions,
  });
  if (waits) await node.whenReady();
  const server = await startServer({
    database: node,
    listen: ['127.0.0.1:0'],
    auth: { ...authDefaults, ...auth },
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: (fields, message) => note('warn', message, fields),
      error: (fields, message) => note('error', message, fields),
    },
  });
  return {
    name: 't4',
    address: server.addresses[0]!,
    isAlive: () => node.role() === 'leader',
    stop: async () => {
      await server.stop(1_000);
      await node.close();
      await store.close();
      if (complaints.length > 0) throw new Error(`the server complained:\n${complaints.join('\n')}`);
    },
  };
}

function describe(fields: object): string {
  return JSON.stringify(fields, (_name, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    return value instanceof Error ? value.stack : value;
  });
}
