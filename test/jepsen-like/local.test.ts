import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createRecordingClient } from '../support/etcd/client.ts';
import { readLog } from '../support/etcd/read-log.ts';
import { createRecorder } from '../support/history/recorder.ts';
import type { LogEntry, Operation } from '../support/history/types.ts';
import { checkLogGrows } from '../support/oracle/check-log.ts';
import { judge } from '../support/oracle/judge.ts';
import { folderStore } from '../support/processes/store.ts';
import { runT4 } from '../support/processes/t4.ts';
import { openWorkplace } from '../support/processes/workplace.ts';
import { createSeeded } from '../support/seeded.ts';
import { runKillRounds } from './kill-rounds.ts';
import { startLoad } from './load.ts';
import { leadsAfter, startNode } from './pair.ts';
import { killRounds, seed } from './settings.ts';
import { everything } from './verify.ts';

/** Acknowledged means fsynced here, and in the object store a little later. */
describe(`durability local (T4_SEED=${seed})`, () => {
  test('what was acknowledged survives SIGKILL on the same disk', async (context) => {
    const workplace = await openWorkplace(context);
    const report = await runKillRounds({
      workplace,
      store: folderStore(workplace),
      seed,
      rounds: Math.ceil(killRounds / 4),
      deletions: 0,
      settings: { durability: 'local', 'upload-interval': '400ms' },
    });
    console.info(report);
    expect(report.acknowledged).toBeGreaterThan(0);
    expect(report.localLogsUsed).toBeGreaterThan(0);
  });

  test('another disk refuses to lead until an operator accepts the loss', async (context) => {
    const workplace = await openWorkplace(context);
    const random = createSeeded(seed);
    const store = folderStore(workplace);
    const client = createRecordingClient(createRecorder(), requestTimeoutMs);
    const settings = { 'lease-ttl': leaseTtl, durability: 'local', 'upload-interval': '1s' };

    const first = startNode(workplace, store, 'first', settings);
    await first.ready();
    const toFirst = await first.connect();
    const load = startLoad({ client, random, connection: () => toFirst });
    // Until something is in the object store, and something is not.
    await sleep(1_500);
    await first.kill();
    await load.stop();

    const second = startNode(workplace, store, 'second', settings);
    const toSecond = await second.connect();
    const problem = /start once with --accept-local-loss/;
    while (!(await toSecond.status({}, requestTimeoutMs)).errors.some((error) => problem.test(error))) await sleep(50);
    // The first's lease ends meanwhile, and that is not what it waits for.
    await sleep(2_000);
    const status = await runT4(workplace, 'status', '--endpoint', toSecond.address);
    expect(status.code).toBe(1);
    expect(status.output).toMatch(problem);
    const refused = await client.write(toSecond, 'refused', [{ key: 'refused', value: 'refused:', lease: 0n }]);
    expect(refused).toStrictEqual({ kind: 'refused', error: 'UNAVAILABLE there is no connection available' });
    expect(second.logged('role').map(({ role }) => role)).toStrictEqual(['standby']);
    second.signal('SIGTERM');
    expect((await second.exited).code).toBe(0);

    const third = startNode(workplace, store, 'second', settings, ['--accept-local-loss']);
    await third.ready();
    const toThird = await third.connect();
    const newest = await client.read(toThird, 'newest', everything, 0);
    if (newest.kind === 'failed') throw new Error(newest.error);
    const log = await readLog(toThird, newest.revision);
    const kept = client.recorder.operations.map((operation) => forgetting(operation, newest.revision));
    expect(judge({ operations: kept, log, watches: [], throughRevision: 0 })).toStrictEqual([]);
    expect(log.length).toBeGreaterThan(0);

    // The disk that comes back holds what is not part of the database any more: it follows, and keeps that aside.
    const survivors = createRecordingClient(createRecorder(), requestTimeoutMs);
    await survivors.write(toThird, 'afterwards', [{ key: 'afterwards', value: 'afterwards:', lease: 0n }]);
    third.signal('SIGTERM');
    expect((await third.exited).code).toBe(0);
    const fourth = startNode(workplace, store, 'first', settings, ['--accept-local-loss']);
    const epoch = await leadsAfter(fourth, 1);
    expect(epoch).toBeGreaterThan(1);
    await fourth.ready();
    const toFourth = await fourth.connect();
    const after = await survivors.read(toFourth, 'after', everything, 0);
    if (after.kind === 'failed') throw new Error(after.error);
    const grown: readonly LogEntry[] = await readLog(toFourth, after.revision);
    expect(checkLogGrows(log, grown)).toStrictEqual([]);
    expect(after.found.some(({ key }) => key === 'afterwards')).toBe(true);
    expect(grown).toHaveLength(log.length + 1);
    expect(fourth.logged('local log set aside: its records are not part of this database').length).toBeGreaterThan(0);
  });
});

const leaseTtl = '500ms';
const requestTimeoutMs = 60_000;

/** As if its client had never heard of what came after that revision: the loss that the operator accepted. */
function forgetting(operation: Operation, revision: number): Operation {
  if (!('revision' in operation.outcome) || operation.outcome.revision <= revision) return operation;
  const error = 'lost with the disk';
  if (operation.kind === 'read') return { ...operation, outcome: { kind: 'failed', error } };
  if (operation.kind === 'grant') return { ...operation, outcome: { kind: 'unknown', error } };
  return { ...operation, outcome: { kind: 'unknown', error } };
}
