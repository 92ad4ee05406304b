import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createRecordingClient } from '../support/etcd/client.ts';
import { createRecorder } from '../support/history/recorder.ts';
import type { LogEntry } from '../support/history/types.ts';
import { startS3Process } from '../support/processes/store.ts';
import { openWorkplace } from '../support/processes/workplace.ts';
import {
  internalError,
  internalErrorButApplied,
  serviceUnavailable,
  slowDown,
  type FaultRule,
} from '../support/s3-front/faults.ts';
import type { RequestRecord } from '../support/s3-front/front.ts';
import { createSeeded } from '../support/seeded.ts';
import { startLoad } from './load.ts';
import { startNode, stopAll, watchAll } from './pair.ts';
import { faultSeconds, seed } from './settings.ts';
import { verify } from './verify.ts';

const writing = ['PUT'] as const;

const faults: Readonly<Record<string, FaultRule>> = {
  'some requests get a 500': { probability: 0.3, action: internalError },
  'some PUTs get a 500 although they were applied': {
    operations: writing,
    probability: 0.3,
    action: internalErrorButApplied,
  },
  'some requests get a 503': { probability: 0.3, action: serviceUnavailable },
  'most PUTs are told to slow down': { operations: writing, probability: 0.7, action: slowDown },
  'the store is slow': { action: { kind: 'delay', ms: 300 } },
  'some connections are cut before the request was applied': { probability: 0.3, action: { kind: 'cut-before' } },
  'some connections are cut after the PUT was applied': {
    operations: writing,
    probability: 0.3,
    action: { kind: 'cut-after' },
  },
  'some PUTs are applied long after their connection was cut': {
    operations: writing,
    probability: 0.3,
    action: { kind: 'late', tell: 'cut', ms: 400 },
  },
  'every connection is cut': { action: { kind: 'cut-before' } },
  'every PUT is applied and its connection cut': { operations: writing, action: { kind: 'cut-after' } },
};

/** What a client may be told by a server whose store fails it: etcd's own words, none that tell a lie. */
const errorsAllowed = [
  'UNAVAILABLE etcdserver: request timed out',
  'UNAVAILABLE there is no connection available',
  'RESOURCE_EXHAUSTED etcdserver: too many requests',
];

/** Longer than the server's: what is heard is the server's own answer. */
const clientTimeoutMs = 30_000;
const warmUpMs = 300;
const doneAfterwards = 40;

/** Kind after kind, during load, on one process that nobody restarts. */
test(`the store fails in every way, and nothing is wrong or lost (T4_SEED=${seed})`, async (context) => {
  const workplace = await openWorkplace(context);
  const random = createSeeded(seed);
  const s3 = await startS3Process(workplace, seed);
  const client = createRecordingClient(createRecorder(), clientTimeoutMs);
  const settings = { 'lease-ttl': '1s', 'request-timeout': '1s', 'checkpoint-segments': '40' };
  const node = startNode(workplace, s3, 'node', settings);
  await node.ready();
  let connection = await node.connect();
  const watchers = watchAll(() => connection);
  const told: Record<string, readonly string[]> = {};
  let log: readonly LogEntry[] = [];

  for (const [name, rule] of Object.entries(faults)) {
    const load = startLoad({ client, random, connection: () => connection });
    await sleep(warmUpMs);
    await s3.inject(rule);
    await sleep(faultSeconds * 1_000);
    expect(await s3.struck(), name).toBeGreaterThan(0);
    await s3.heal();
    const before = load.done();
    while (load.done() < before + doneAfterwards) await sleep(20);
    await load.stop();
    told[name] = [...load.errors].map(([error, count]) => `${error} (${count})`);
    expect([...load.errors.keys()].filter((error) => !errorsAllowed.includes(error))).toStrictEqual([]);
    log = await verify({
      connection,
      client,
      watchers,
      earlier: log,
      random,
      reignNotBeforeMs: node.startedMs,
    });
  }

  console.info({ revisions: log.length, told });
  expect(Object.values(told).flat().length).toBeGreaterThan(0);
  expect(watchers.map((watcher) => watcher.connections())).toStrictEqual(watchers.map(() => 1));
  expect(node.logged('role').map(({ role }) => role)).toStrictEqual(['standby', 'recovering', 'leader']);
  expect(node.running()).toBe(true);

  // Checkpoints could hide a hole in the log for as long as they are kept.
  const slots = filledSlots(await s3.requests());
  expect(slots.length).toBeGreaterThan(0);
  expect(slots).toStrictEqual(slots.map((_, index) => index + 1));
  // What it acknowledged has to be in the store, not only in its memory: another node with an empty disk tells.
  await node.kill();
  const heir = startNode(workplace, s3, 'heir', settings);
  await heir.ready();
  connection = await heir.connect();
  await verify({ connection, client, watchers, earlier: log, random, reignNotBeforeMs: heir.startedMs });
  await stopAll(watchers);
});

function filledSlots(requests: readonly RequestRecord[]): readonly number[] {
  return requests
    .filter(({ operation, status }) => operation === 'PUT' && status === 200)
    .flatMap(({ keys }) => keys.map((key) => /^log\/(\d+)$/.exec(key)?.[1]))
    .filter((slot) => slot !== undefined)
    .map(Number)
    .sort((left, right) => left - right);
}

describe('a store that is away', () => {
  test('at start is waited for', async (context) => {
    const workplace = await openWorkplace(context);
    const s3 = await startS3Process(workplace, seed);
    await s3.inject({ times: 3, action: { kind: 'cut-before' } });
    const node = startNode(workplace, s3, 'node', { 'lease-ttl': '1s' });
    await node.ready();
    expect(await s3.struck()).toBe(3);
  });
});
