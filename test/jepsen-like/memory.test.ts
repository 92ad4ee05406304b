import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { measureIdle, measureRanges, measureUnread, measureWatchers } from '../../bench/memory/scenarios.ts';
import { type MeasuredServer, startMeasured } from '../../bench/memory/server.ts';

/** `bench/memory.ts` measures more, and more exactly; here each thing has a bound that it would break if it were kept. Linux alone tells. */

const onLinux = process.platform === 'linux';
let folder: string;
let server: MeasuredServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 't4-memory-'));
  server = await startMeasured(folder, ['--value-cache-size', '4MiB']);
});

afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

test.runIf(onLinux)('watchers, on one stream and on many', async () => {
  const one = await measureWatchers(server, { connections: 1, streams: 1, watchers: 1_000 }, 5);
  const many = await measureWatchers(server, { connections: 10, streams: 30, watchers: 1 }, 5);
  for (const { beforeMiB, mostMiB } of [...one, ...many]) expect(mostMiB - beforeMiB).toBeLessThan(150);
});

test.runIf(onLinux)('a watch that nobody reads while others write', async () => {
  const writes = 6_000;
  const valueBytes = 15_000;
  const [unwatched, ...unread] = await measureUnread(server, writes, valueBytes);
  expect(unread).toHaveLength(2);
  // 86 MiB more each time, had they been kept.
  for (const { mostMiB } of unread) expect(mostMiB - unwatched!.mostMiB).toBeLessThan(75);
});

test.runIf(onLinux)('ranges that are long', async () => {
  const [streamed, whole, atOnce] = await measureRanges(server, 40_000, 1_000, 3);
  const answerMiB = 40_000 * 1_090 * 2 ** -20;
  expect(streamed!.mostMiB - streamed!.beforeMiB).toBeLessThan(150);
  expect(whole!.mostMiB - whole!.beforeMiB).toBeLessThan(5 * answerMiB);
  expect(atOnce!.mostMiB - whole!.beforeMiB).toBeLessThan(10 * answerMiB);
});

test.runIf(onLinux)('connections that say nothing', async () => {
  const [idle] = await measureIdle(server, 500);
  expect(idle!.mostMiB - idle!.beforeMiB).toBeLessThan(60);
});
