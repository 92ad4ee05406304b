import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { EtcdConnection } from '../support/etcd/connection.ts';
import { putRequest, rangeRequest } from '../support/etcd/messages.ts';
import { folderStore, type StoreUnderTest } from '../support/processes/store.ts';
import { startT4, type T4Process } from '../support/processes/t4.ts';
import { openWorkplace, type Workplace } from '../support/processes/workplace.ts';

/** Values do not live in the heap, nor in memory beyond the cache: a node serves several times as much as it may have. */

const mebibyte = 1024 * 1024;
const heapMiB = 80;
const valueBytes = 160 * 1024;
const keys = 1_600;
const changes = 40;
const atOnce = 16;
const timeoutMs = 30_000;
const orderly = { code: 0, signal: null };
/** Buffers that are no file's pages; with all values in memory, 250 MiB beside the heap, it would be far above. */
const anonymousMiBMax = 300;
const sampleMs = 50;

const settings = { 'value-cache-size': '4MiB', 'checkpoint-interval': '2s' };

/** Nothing that a compressor could make smaller. */
function valueOf(index: number, change: number): Buffer {
  return createHash('shake256', { outputLength: valueBytes }).update(`${index}.${change}`).digest();
}

function keyOf(index: number): string {
  return `large/${String(index).padStart(6, '0')}`;
}

async function forEach(count: number, act: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  async function worker(): Promise<void> {
    while (next < count) await act(next++);
  }
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function write(connection: EtcdConnection, index: number, change: number): Promise<void> {
  const request = putRequest({ key: keyOf(index), value: undefined, lease: 0n });
  await connection.put({ ...request, value: valueOf(index, change) }, timeoutMs);
}

async function expectValue(connection: EtcdConnection, index: number, change: number): Promise<void> {
  const { kvs } = await connection.range(rangeRequest({ from: keyOf(index), to: undefined }, 0), timeoutMs);
  expect(kvs).toHaveLength(1);
  if (!valueOf(index, change).equals(kvs[0]!.value)) expect.fail(`${keyOf(index)} differs`);
}

/** The most memory that a process has of its own, as seen every now and then: pages of files that LevelDB maps are the system's to drop. */
function watchMemory({ pid }: T4Process): { end(): Promise<number | undefined> } {
  let over = false;
  async function watch(): Promise<number | undefined> {
    if (process.platform !== 'linux') return undefined;
    for (let peakKiB = 0; ;) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      const anonymous = /^RssAnon:\s+(\d+) kB$/m.exec(status);
      // One that has ended has no memory to tell of.
      if (anonymous !== null) peakKiB = Math.max(peakKiB, Number(anonymous[1]));
      if (over || anonymous === null) return peakKiB / 1024;
      await sleep(sampleMs);
    }
  }
  const watching = watch();
  return {
    end() {
      over = true;
      return watching;
    },
  };
}

async function expectSmall(memory: ReturnType<typeof watchMemory>): Promise<void> {
  const peakMiB = await memory.end();
  if (peakMiB === undefined) return;
  console.log(`most memory of its own: ${peakMiB.toFixed(0)} MiB`);
  expect(peakMiB).toBeLessThan(anonymousMiBMax);
}

function startSmall(workplace: Workplace, store: StoreUnderTest, name: string): T4Process {
  return startT4(workplace, {
    name,
    store: store.url,
    dataDir: workplace.path(`data-${name}`),
    environment: { ...store.environment, NODE_OPTIONS: `--max-old-space-size=${heapMiB}` },
    settings,
  });
}

/** Until one is named that was begun after everything written so far. */
async function checkpoint(node: T4Process, connection: EtcdConnection): Promise<void> {
  const named = () => node.logged('checkpoint named in the manifest').length;
  const before = named();
  while (named() < before + 2) {
    await connection.put(putRequest({ key: 'small', value: 'word', lease: 0n }), timeoutMs);
    await sleep(200);
  }
}

async function stop(node: T4Process): Promise<void> {
  node.signal('SIGTERM');
  expect(await node.exited).toStrictEqual(orderly);
}

test(
  'values of several times the heap: written, checkpointed, recovered by an empty folder, read and checkpointed again',
  { timeout: 900_000 },
  async (context) => {
    expect(keys * valueBytes).toBeGreaterThan(3 * heapMiB * mebibyte);
    const workplace = await openWorkplace(context);
    const store = folderStore(workplace);

    const first = startSmall(workplace, store, 'first');
    await first.ready();
    const memoryOfFirst = watchMemory(first);
    const writing = await first.connect();
    await forEach(keys, (index) => write(writing, index, 0));
    await checkpoint(first, writing);
    await expectSmall(memoryOfFirst);
    await stop(first);

    const second = startSmall(workplace, store, 'second');
    await second.ready();
    const memoryOfSecond = watchMemory(second);
    const connection = await second.connect();
    await expectValue(connection, keys - 1, 0);
    await second.logs('all values are local');
    await forEach(changes, (index) => write(connection, index, 1));
    await forEach(keys, (index) => expectValue(connection, index, index < changes ? 1 : 0));
    await checkpoint(second, connection);
    await expectSmall(memoryOfSecond);
    await stop(second);
  },
);
