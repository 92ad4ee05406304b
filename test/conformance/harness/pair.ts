import { afterAll, beforeAll } from 'vitest';
import { KVDefinition } from '../../../src/server/generated/etcdserverpb/kv.ts';
import { LeaseDefinition } from '../../../src/server/generated/etcdserverpb/lease.ts';
import { deleteOf, putOf } from './message.ts';
import { connectRaw, type RawClient } from './raw-client.ts';
import { etcdVersion, startRealEtcd } from './real-etcd.ts';
import type { ServerUnderTest } from './server-under-test.ts';
import { startT4InProcess } from './t4-in-process.ts';

/** A server with a client connected to it. */
export interface Side {
  readonly server: ServerUnderTest;
  readonly client: RawClient;
}

export interface Pair {
  ours(): Side;
  /** Undefined where no etcd is installed. */
  theirs(): Side | undefined;
  /** No keys, no leases, the same revision on both; answers it. */
  reset(): Promise<number>;
}

/** This server and, where there is one, a real etcd: both new, both for the tests of one file. */
export function usePair(startOurs: () => Promise<ServerUnderTest> = startT4InProcess): Pair {
  let ours: Side | undefined;
  let theirs: Side | undefined;
  beforeAll(async () => {
    [ours, theirs] = await Promise.all([
      startOurs().then(sideOf),
      etcdVersion === undefined ? undefined : startRealEtcd().then(sideOf),
    ]);
  });
  afterAll(async () => {
    await Promise.all([ours, theirs].map(stopSide));
  });
  const started = (): Side => {
    if (ours === undefined) throw new Error('the servers are started before the tests');
    return ours;
  };
  return {
    ours: started,
    theirs: () => theirs,
    reset: async () => {
      const sides = theirs === undefined ? [started()] : [started(), theirs];
      return meet(sides);
    },
  };
}

function sideOf(server: ServerUnderTest): Side {
  return { server, client: connectRaw(server.address) };
}

async function stopSide(side: Side | undefined): Promise<void> {
  side?.client.close();
  await side?.server.stop();
}

/** Revisions part when a case fails, or runs on one side alone: the next one must not fail because of it. */
async function meet(sides: readonly Side[]): Promise<number> {
  const revisions = await Promise.all(sides.map(({ client }) => empty(client)));
  const highest = Math.max(...revisions);
  if (revisions.every((revision) => revision === highest)) return highest;
  // The key is put on every side, so that its deletion moves every side's revision.
  for (const [index, { client }] of sides.entries()) {
    for (let revision = revisions[index]!; revision <= highest; revision++) {
      await client.call(KVDefinition, 'put', putOf({ key: 'catching up' }));
    }
  }
  return meet(sides);
}

async function empty(client: RawClient): Promise<number> {
  const { leases } = await client.call(LeaseDefinition, 'leaseLeases', {});
  for (const { ID } of leases) await client.call(LeaseDefinition, 'leaseRevoke', { ID });
  const { header } = await client.call(KVDefinition, 'deleteRange', deleteOf({ key: '\0', rangeEnd: '\0' }));
  return Number(header?.revision);
}
