/**
 * Rounds of load that end in SIGKILL at a drawn moment, some of them with the data folder deleted; before each further round, and after the
 * last, everything is asked for and judged. Now and then a process is killed while it starts, too.
 */
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { createRecordingClient, type RecordingClient } from '../support/etcd/client.ts';
import type { EtcdConnection } from '../support/etcd/connection.ts';
import { startWatcher } from '../support/etcd/watcher.ts';
import { createRecorder } from '../support/history/recorder.ts';
import type { LogEntry } from '../support/history/types.ts';
import type { StoreUnderTest } from '../support/processes/store.ts';
import { startT4, type T4Process } from '../support/processes/t4.ts';
import type { Workplace } from '../support/processes/workplace.ts';
import { createSeeded } from '../support/seeded.ts';
import { startLoad } from './load.ts';
import { checkpointSegments, leaseTtlShort } from './settings.ts';
import { everything, leaseTtlSecondsLong, verify } from './verify.ts';

export interface KillRoundsOptions {
  readonly workplace: Workplace;
  readonly store: StoreUnderTest;
  readonly seed: number;
  readonly rounds: number;
  /** How many of them delete the data folder. */
  readonly deletions: number;
  readonly settings?: Readonly<Record<string, string>>;
}

export interface KillRoundsReport {
  readonly acknowledged: number;
  readonly unknown: number;
  readonly appearedOfUnknown: number;
  readonly revisions: number;
  readonly killedWhileStarting: number;
  readonly checkpointsUsed: number;
  readonly localStatesReused: number;
  /** Starts at which the disk held what no slot did. */
  readonly localLogsUsed: number;
}

const requestTimeoutMs = 10_000;
const loadMsMax = 500;
const startMsMax = 1_400;
const killsWhileStartingShare = 0.2;
const leaseTtlSecondsShort = 2;

export async function runKillRounds(options: KillRoundsOptions): Promise<KillRoundsReport> {
  const { workplace, store, rounds } = options;
  const random = createSeeded(options.seed);
  const client = createRecordingClient(createRecorder(), requestTimeoutMs);
  const { operations } = client.recorder;
  const dataDir = workplace.path('data');
  const deletes = random.shuffled(Array.from({ length: rounds }, (_, round) => round < options.deletions));
  let connection: EtcdConnection | undefined;
  let log: readonly LogEntry[] = [];
  let killedWhileStarting = 0;
  let checkpointsUsed = 0;
  let localStatesReused = 0;
  let localLogsUsed = 0;

  const start = () =>
    startT4(workplace, {
      name: 'node',
      store: store.url,
      dataDir,
      environment: store.environment,
      settings: { 'lease-ttl': leaseTtlShort, 'checkpoint-segments': checkpointSegments, ...options.settings },
    });

  const kill = async (node: T4Process, deletes: boolean) => {
    connection = undefined;
    await node.kill();
    node.disconnect();
    if (deletes) await rm(dataDir, { recursive: true });
  };

  const whole = startWatcher('all', everything, 1, () => connection);
  const watchers = [
    whole,
    startWatcher('shared', { from: 'shared/', to: 'shared0' }, 1, () => connection),
    startWatcher('one key', { from: 'register/0', to: undefined }, 1, () => connection),
  ];

  /** A process that leads, with everything verified. */
  const serveAndVerify = async (): Promise<T4Process> => {
    const node = start();
    await node.ready();
    const here = await node.connect();
    connection = here;
    checkpointsUsed += node.logged('loading keys of the checkpoint').length;
    localStatesReused += node.logged('local state reused: its place in the log is proved').length;
    localLogsUsed += node.logged('the local log went into its slot').length;
    const { startedMs } = node;
    log = await verify({ connection: here, client, watchers, earlier: log, random, reignNotBeforeMs: startedMs });
    return node;
  };

  for (let round = 0; round < rounds; round++) {
    if (random.next() < killsWhileStartingShare) {
      const started = start();
      await sleep(random.integer(0, startMsMax));
      await started.kill();
      killedWhileStarting += 1;
    }
    const node = await serveAndVerify();
    const load = startLoad({ client, random, connection: () => connection });
    const leasing = useLeases(client, connection!, round);
    await sleep(random.integer(20, loadMsMax));
    await kill(node, deletes[round]!);
    await Promise.all([load.stop(), leasing]);
  }

  const last = await serveAndVerify();
  await shortLeasesGone(client, connection!);
  log = await verify({
    connection: connection!,
    client,
    watchers,
    earlier: log,
    random,
    reignNotBeforeMs: last.startedMs,
  });
  const stopping = Promise.all(watchers.map((watcher) => watcher.stop()));
  last.signal('SIGTERM');
  expect(await last.exited).toStrictEqual({ code: 0, signal: null });
  await stopping;
  last.disconnect();

  const writes = operations.filter((operation) => operation.kind === 'write');
  const unknown = writes.filter(({ outcome }) => outcome.kind === 'unknown');
  const values = new Set(
    log.flatMap(({ events }) => events.map((event) => (event.kind === 'put' ? event.state.value : ''))),
  );
  return {
    acknowledged: writes.filter(({ outcome }) => outcome.kind === 'applied').length,
    unknown: unknown.length,
    appearedOfUnknown: unknown.filter(({ writes }) =>
      writes.some(({ value }) => value !== undefined && values.has(value)),
    ).length,
    revisions: log.length,
    killedWhileStarting,
    checkpointsUsed,
    localStatesReused,
    localLogsUsed,
  };
}

/** One lease that outlives the test and one that does not, each with keys. */
async function useLeases(client: RecordingClient, connection: EtcdConnection, round: number): Promise<void> {
  for (const [kind, ttlSeconds] of [
    ['long', leaseTtlSecondsLong],
    ['short', leaseTtlSecondsShort],
  ] as const) {
    const lease = BigInt(ttlSeconds) * 1_000_000n + BigInt(round) + 1n;
    const granted = await client.grant(connection, lease, ttlSeconds);
    if (granted.kind !== 'applied') return;
    const id = client.recorder.nextId(kind);
    const keys = [1, 2].map((key) => ({ key: `lease/${kind}/${round}/${key}`, value: `${id}:`, lease }));
    await client.write(connection, id, keys);
  }
}

async function shortLeasesGone(client: RecordingClient, connection: EtcdConnection): Promise<void> {
  const range = { from: 'lease/short/', to: 'lease/short0' };
  for (;;) {
    const read = await client.read(connection, client.recorder.nextId('leases'), range, 0);
    if (read.kind === 'read' && read.found.length === 0) return;
    await sleep(100);
  }
}
