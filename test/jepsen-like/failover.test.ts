import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createRecordingClient } from '../support/etcd/client.ts';
import { createRecorder } from '../support/history/recorder.ts';
import type { LogEntry } from '../support/history/types.ts';
import { folderStore, startS3Process } from '../support/processes/store.ts';
import { runT4 } from '../support/processes/t4.ts';
import { openWorkplace } from '../support/processes/workplace.ts';
import { createSeeded } from '../support/seeded.ts';
import { startLoad } from './load.ts';
import { knowsLeader, leadsAfter, standsByAfter, startNode, stopAll, wander, watchAll } from './pair.ts';
import { seed } from './settings.ts';
import { everything, verify } from './verify.ts';

const warmUpMs = 800;
const requestTimeoutMs = 2_000;

/** Two nodes on one prefix. A node that is stopped does not know it, and wakes up believing that it leads. */
describe(`a leader that was stopped past its lease (T4_SEED=${seed})`, () => {
  test('acknowledges nothing when it goes on, its late PUTs are dead, and it stands by', async (context) => {
    const workplace = await openWorkplace(context);
    const random = createSeeded(seed);
    const s3 = await startS3Process(workplace, seed);
    const settings = { 'lease-ttl': '2s' };
    const client = createRecordingClient(createRecorder(), requestTimeoutMs);
    let log: readonly LogEntry[] = [];

    const first = startNode(workplace, s3, 'first', settings);
    await first.ready();
    const second = startNode(workplace, s3, 'second', settings);
    const [toFirst, toSecond] = [await first.connect(), await second.connect()];
    let leading = toFirst;
    const watchers = watchAll(() => leading);
    const [moving, staying] = watchers;

    // Several segments of the first are on their way into their slots, and stay there.
    const before = startLoad({ client, random, connection: () => toFirst });
    await sleep(warmUpMs);
    await s3.inject({ operations: ['PUT'], keyPattern: '^log/', action: { kind: 'hold', when: 'before' } });
    await poll(async () => (await s3.struck()) >= 3);
    first.signal('SIGSTOP');
    const held = await s3.struck();
    await s3.heal();
    leading = toSecond;
    moving!.reconnect();

    const { startedMs } = second;
    await leadsAfter(second, 1);
    await before.stop();
    await s3.release();
    await poll(async () => (await heldPuts(s3)).length === held);
    const late = (await heldPuts(s3)).map(({ status }) => status);
    expect(late).toContain(412);
    expect(late).toContain(200);

    const after = startLoad({ client, random, connection: () => toSecond });
    await sleep(warmUpMs);
    await after.stop();
    expect(after.errors).toStrictEqual(new Map());
    expect(second.logged('slot taken by an earlier reign').length).toBeGreaterThan(0);
    const reads = { client, earlier: log, random, reignNotBeforeMs: startedMs };
    log = await verify({ ...reads, connection: toSecond, watchers: [moving!] });

    // What clients send to the first meanwhile is the first that it hears when it goes on.
    const patient = createRecordingClient(client.recorder, 60_000);
    const asked = Array.from({ length: 40 }, (_, index) => {
      const id = client.recorder.nextId('late');
      if (index % 4 === 0) return patient.read(toFirst, id, everything, 0);
      const guard = index % 4 === 1 ? { key: 'nowhere', modRevision: 1 } : undefined;
      return patient.write(toFirst, id, [{ key: `late/${index}`, value: `${id}:`, lease: 0n }], guard);
    });
    first.signal('SIGCONT');
    const answers = await Promise.all(asked);
    expect(answers.filter((answer) => !('error' in answer))).toStrictEqual([]);

    await standsByAfter(first, 1);
    await knowsLeader(toFirst, toSecond);
    const status = await runT4(workplace, 'status', '--endpoint', toFirst.address);
    expect(status.output).toMatch(/role +standby \(leader [0-9a-f]+\)/);
    expect(status.code).toBe(0);
    log = await verify({ ...reads, earlier: log, connection: toSecond, watchers });
    expect(staying!.connections()).toBeGreaterThan(1);

    leading = toFirst;
    await second.kill();
    const resumedMs = performance.now();
    await leadsAfter(first, 2);
    const last = startLoad({ client, random, connection: () => toFirst });
    await sleep(warmUpMs);
    await last.stop();
    expect(last.done()).toBeGreaterThan(0);
    await verify({ ...reads, earlier: log, connection: toFirst, watchers, reignNotBeforeMs: resumedMs });
    await stopAll(watchers);
  });

  test('again and again, under load, at any moment', async (context) => {
    const workplace = await openWorkplace(context);
    const random = createSeeded(seed);
    const store = folderStore(workplace);
    const settings = { 'lease-ttl': '1s', 'checkpoint-segments': '40' };
    const client = createRecordingClient(createRecorder(), requestTimeoutMs);
    const startedMs = performance.now();

    const names = ['first', 'second'];
    const nodes = names.map((name) => startNode(workplace, store, name, settings));
    const connections = await Promise.all(nodes.map((node) => node.connect()));
    let leader = await Promise.race(nodes.map((node, index) => leadsAfter(node, 0).then(() => index)));
    const watchers = watchAll(() => connections[leader]);
    const load = startLoad({ client, random, connection: wander(connections), writers: 10 });
    let epoch = 1;
    for (let round = 0; round < stops; round++) {
      await sleep(random.integer(100, 700));
      const stopped = nodes[leader]!;
      const other = 1 - leader;
      stopped.signal('SIGSTOP');
      const next = await leadsAfter(nodes[other]!, epoch);
      leader = other;
      for (const watcher of watchers) watcher.reconnect();
      await sleep(random.integer(0, 400));
      stopped.signal('SIGCONT');
      await standsByAfter(stopped, epoch);
      epoch = next;
    }
    await load.stop();
    expect(load.done()).toBeGreaterThan(stops);
    await verify({
      connection: connections[leader]!,
      client,
      watchers,
      earlier: [],
      random,
      reignNotBeforeMs: startedMs,
    });
    await stopAll(watchers);
  });
});

const stops = 4;

async function heldPuts(s3: Awaited<ReturnType<typeof startS3Process>>) {
  return (await s3.requests()).filter(({ fault }) => fault === 'hold');
}

async function poll(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}
