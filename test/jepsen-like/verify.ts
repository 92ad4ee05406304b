/** Asks a server for everything that it should have kept, and has the oracle judge it. Nobody writes meanwhile. */
import { expect } from 'vitest';
import type { RecordingClient } from '../support/etcd/client.ts';
import type { EtcdConnection } from '../support/etcd/connection.ts';
import { text } from '../support/etcd/messages.ts';
import { readLog } from '../support/etcd/read-log.ts';
import type { Watcher } from '../support/etcd/watcher.ts';
import { revisionOf, type LeaseGrant, type LogEntry, type WatchObservation } from '../support/history/types.ts';
import { checkLeasesNotEarly, checkLeaseSight } from '../support/oracle/check-leases.ts';
import { checkLogGrows } from '../support/oracle/check-log.ts';
import { judge } from '../support/oracle/judge.ts';
import { replayLog, type Replay } from '../support/oracle/replay.ts';
import type { Seeded } from '../support/seeded.ts';

/** Every key of these tests. */
export const everything = { from: '!', to: '~' };

export interface Verification {
  readonly connection: EtcdConnection;
  readonly client: RecordingClient;
  readonly watchers: readonly Watcher[];
  /** As read at the verification before. */
  readonly earlier: readonly LogEntry[];
  readonly random: Seeded;
  /** A moment before the present reign began. */
  readonly reignNotBeforeMs: number;
}

const pastReads = 3;
/** Leases this long never end in a test. */
export const leaseTtlSecondsLong = 3_600;
const violationsShown = 10;

/** Returns the log; fails with what the oracle says. */
export async function verify(verification: Verification): Promise<readonly LogEntry[]> {
  const { connection, client, watchers, earlier, random } = verification;
  const newest = await client.read(connection, client.recorder.nextId('verify'), everything, 0);
  if (newest.kind === 'failed') throw new Error(`the newest state cannot be read: ${newest.error}`);
  const head = newest.revision;
  for (let count = 0; head > 1 && count < pastReads; count++) {
    const past = await client.read(connection, client.recorder.nextId('verify'), everything, random.integer(2, head));
    if (past.kind === 'failed') throw new Error(`a past state cannot be read: ${past.error}`);
  }
  // The reads above say where the newest is; a lease may end meanwhile.
  const log = (await readLog(connection, head)).filter(({ revision }) => revision <= head);
  await Promise.all(watchers.map((watcher) => watcher.through(head)));
  const watches = watchers.map(({ observation }) => throughRevision(observation, head));
  const { operations } = client.recorder;
  const violations = [
    ...judge({ operations, log, watches, throughRevision: head }),
    ...checkLogGrows(earlier, log),
    ...watches.flatMap((watch) => checkLeasesNotEarly(operations, watch)),
    ...(await lookAtLeases(verification, replayLog(log))),
  ];
  expect(violations.slice(0, violationsShown)).toStrictEqual([]);
  return log;
}

function throughRevision(observation: WatchObservation, head: number): WatchObservation {
  const messages = observation.messages.map((message) => ({
    ...message,
    events: message.events.filter((event) => revisionOf(event) <= head),
  }));
  return {
    ...observation,
    messages: messages.filter(({ events, headerRevision }) => events.length > 0 || headerRevision <= head),
  };
}

async function lookAtLeases(
  { connection, client, reignNotBeforeMs }: Verification,
  replay: Replay,
): Promise<readonly string[]> {
  const granted = client.recorder.operations.filter(
    (operation): operation is LeaseGrant =>
      operation.kind === 'grant' &&
      operation.ttlSeconds === leaseTtlSecondsLong &&
      operation.outcome.kind === 'applied',
  );
  const states = replay.rangeAt(everything, replay.headRevision);
  const violations: string[] = [];
  for (const grant of granted) {
    const { TTL, grantedTTL, keys } = await connection.leaseTimeToLive({ ID: grant.lease, keys: true }, 10_000);
    const sight = {
      lease: grant.lease,
      ttlSeconds: Number(TTL),
      grantedTtlSeconds: Number(grantedTTL),
      keys: keys.map(text),
      seenMs: performance.now(),
      reignNotBeforeMs,
    };
    const attached = states.filter(({ lease }) => lease === grant.lease).map(({ key }) => key);
    violations.push(...checkLeaseSight(sight, grant, attached));
  }
  return violations;
}
