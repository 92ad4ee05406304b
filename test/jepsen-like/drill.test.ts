import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { DrillReport } from '../../src/drill/report.ts';
import { createRecordingClient } from '../support/etcd/client.ts';
import { createRecorder } from '../support/history/recorder.ts';
import { folderStore } from '../support/processes/store.ts';
import { openWorkplace } from '../support/processes/workplace.ts';
import { createSeeded } from '../support/seeded.ts';
import { runT4, startT4 } from '../cli/spawn-t4.ts';
import { putOf } from '../conformance/harness/message.ts';
import { startLoad } from './load.ts';
import { startNode } from './pair.ts';
import { seed } from './settings.ts';

/** A drill as a cron job runs it, beside a server that writes checkpoints and collects, while clients write and compact. */

const betweenCompactionsMs = 40;
const warmUpMs = 800;
const timeoutMs = 5_000;
const compacting = putOf({ key: 'compacting' });

test('a drill against a server under load, and one that is interrupted', async (context) => {
  const workplace = await openWorkplace(context);
  const store = folderStore(workplace);
  const client = createRecordingClient(createRecorder(), 5_000);
  const node = startNode(workplace, store, 'loaded', {
    'checkpoint-segments': '40',
    retention: '0s',
    'collect-interval': '100ms',
    'collect-grace': '10s',
  });
  await node.ready();
  const connection = await node.connect();
  const address = await node.listening();
  const load = startLoad({ client, random: createSeeded(seed), connection: () => connection });
  let stopped = false;
  const compactions = (async () => {
    for (; !stopped; await sleep(betweenCompactionsMs)) {
      const { header } = await connection.put(compacting, timeoutMs);
      const revision = header!.revision - 10n;
      if (revision > 1n) await connection.compact({ revision, physical: false }, timeoutMs);
    }
  })();
  await sleep(warmUpMs);

  const report = workplace.path('drill.json');
  const junit = workplace.path('drill.xml');
  const options = ['--endpoint', address, '--folder', workplace.path('.')];
  const finished = await runT4(['drill', store.url, ...options, '--report', report, '--junit', junit]);
  expect(finished).toMatchObject({ code: 0, signal: null });
  expect(finished.out).toMatch(/result {4}the recovered state is the same\n$/);
  const found = JSON.parse(await readFile(report, 'utf8')) as DrillReport;
  expect(found).toMatchObject({ outcome: 'ok', comparedWith: 'server', branch: { removed: true } });
  expect(found.hash.recovered).toBe(found.hash.expected);
  expect(found.revision).toBeGreaterThan(100);
  expect(found.compactRevision).toBeGreaterThan(0);
  expect(await readFile(junit, 'utf8')).toContain('tests="2" failures="0" errors="0"');

  const listed = await runT4(['branch', 'list', store.url, '--json']);
  expect(JSON.parse(listed.out)).toMatchObject({ branches: [] });

  stopped = true;
  await Promise.all([load.stop(), compactions]);

  // It hangs where the server does not answer, until somebody has enough.
  node.signal('SIGSTOP');
  const hanging = startT4(['drill', store.url, ...options]);
  await new Promise<void>((resolve) => {
    hanging.child.stderr!.on('data', (text: string) => text.includes('asking the server') && resolve());
  });
  hanging.child.kill('SIGTERM');
  const ended = await hanging.finished;
  expect(ended).toMatchObject({ code: 3, signal: null });
  expect(ended.out).toContain('nothing is known: interrupted\n');
  node.signal('SIGCONT');
  node.signal('SIGTERM');
  expect(await node.exited).toStrictEqual({ code: 0, signal: null });
});
