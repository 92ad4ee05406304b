import { afterAll, beforeAll } from 'vitest';
import { KVDefinition } from '../../../src/server/generated/etcdserverpb/kv.ts';
import { LeaseDefinition } from '../../../src/server/generated/etcdserverpb/lease.ts';
import { deleteOf, putOf } from './message.ts';
import { connectRaw, type RawClient } from './raw-client.ts';
import { type EtcdProgram, etcdPrograms, startRealEtcd } from './real-etcd.ts';
import type { ServerUnderTest } from './server-under-test.ts';
import { startT4InProcess } from './t4-in-process.ts';

/** A server with a client connected to it. */
export interface Side {
  readonly server: ServerUnderTest;
  readonly client: RawClient;
}

/** A real etcd: what it answers is right, for its version. */
export interface Reference extends Side {
  readonly version: string;
}

export interface Pair {
  ours(): Side;
  /** Every real etcd that is there, older ones first. */
  references(): readonly Reference[];
  /** One of them is as good as another. Undefined where there is none. */
  theirs(): Reference | undefined;
  /** No keys, no leases, the same revision on all; answers it. */
  reset(): Promise<number>;
}

export interface PairOptions {
  /** Flags that the real ones get; ours is started with what means the same. */
  readonly etcdArguments?: readonly string[];
  /** Before each case, on every server: takes away what the last one left, beyond keys and leases. */
  readonly tidy?: (client: RawClient) => Promise<void>;
}

/** This server and the real etcds that there are: all new, all for the tests of one file. */
export function usePair(
  startOurs: () => Promise<ServerUnderTest> = startT4InProcess,
  { etcdArguments = [], tidy = () => Promise.resolve() }: PairOptions = {},
): Pair {
  let ours: Side | undefined;
  let references: readonly Reference[] = [];
  const startReference = async (program: EtcdProgram): Promise<Reference> => {
    const server = await startRealEtcd(program, etcdArguments);
    return { ...sideOf(server), version: server.version };
  };
  beforeAll(async () => {
    const programs = await etcdPrograms();
    const starting = await Promise.allSettled([startOurs().then(sideOf), ...programs.map(startReference)]);
    // What did start is there to be stopped, whatever became of the others.
    const [mine, ...real] = starting.map((each) => (each.status === 'fulfilled' ? each.value : undefined));
    ours = mine;
    references = real.filter((each): each is Reference => each !== undefined);
    const failed = starting.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw new Error('a server did not start', { cause: failed.reason });
  }, startTimeoutMs);
  afterAll(async () => {
    await Promise.all([ours, ...references].map(stopSide));
  });
  const started = (): Side => {
    if (ours === undefined) throw new Error('the servers are started before the tests');
    return ours;
  };
  return {
    ours: started,
    references: () => references,
    theirs: () => references[0],
    reset: async () => {
      const sides = [started(), ...references];
      await Promise.all(sides.map(({ client }) => tidy(client)));
      return meet(sides);
    },
  };
}

/** Of the first that builds the newer etcd. */
const startTimeoutMs = 45 * 60_000;

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
