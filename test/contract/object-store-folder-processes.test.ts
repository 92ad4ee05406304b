/** The folder store between processes: one winner, no lost swap, and nothing torn or locked by a SIGKILL. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFileStore } from '../../src/adapters/file-store/file-store.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';

const writerScript = fileURLToPath(new URL('folder-writer.ts', import.meta.url));
const writers = 5;
const killRounds = 8;

let folder: string;
let store: ObjectStore;
let children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 't4-folder-processes-'));
  store = await openFileStore(folder);
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
});

interface Writer {
  readonly name: string;
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly ready: Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>;
}

function startWriter(mode: string, name: string, count: number): Writer {
  const child = spawn(process.execPath, [writerScript, folder, mode, name, String(count)], { stdio: 'pipe' });
  children.push(child);
  const lines: string[] = [];
  let [pending, errors] = ['', ''];
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      const parts = (pending + data.toString()).split('\n');
      pending = parts.pop()!;
      lines.push(...parts);
      if (lines.includes('ready')) resolve();
    });
  });
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const ended = new Promise<{ code: number | null; errors: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, errors }));
  });
  const failed = ended.then(({ errors: text }) => Promise.reject(new Error(`the writer ended early: ${text}`)));
  failed.catch(() => {});
  return { name, child, lines, ready: Promise.race([ready, failed]), ended };
}

async function startTogether(mode: string, count: number, names: readonly string[]): Promise<readonly Writer[]> {
  const started = names.map((name) => startWriter(mode, name, count));
  await Promise.all(started.map(({ ready }) => ready));
  for (const { child } of started) child.stdin!.write('go\n');
  return started;
}

async function finish(started: readonly Writer[]): Promise<void> {
  for (const { ended } of started) expect(await ended).toEqual({ code: 0, errors: '' });
}

const names = Array.from({ length: writers }, (_, index) => `writer-${index}`);

function textOf(outcome: Awaited<ReturnType<ObjectStore['get']>>): string {
  if (outcome.kind !== 'ok') throw new Error(JSON.stringify(outcome));
  return new TextDecoder().decode(outcome.body);
}

test('absent: every slot has exactly one winner, and its bytes', async () => {
  const slots = 60;
  const started = await startTogether('absent', slots, names);
  await finish(started);
  for (let slot = 0; slot < slots; slot += 1) {
    const winners = started.filter(({ lines }) => lines.includes(`won ${slot}`));
    expect(winners, `slot ${slot}`).toHaveLength(1);
    expect(textOf(await store.get(`log/${slot}`))).toBe(`${winners[0]!.name} ${slot}`);
  }
}, 300_000);

test('match: no swap is lost and none happens twice', async () => {
  const swapsEach = 25;
  await store.put('counter', new TextEncoder().encode('0 '), { kind: 'absent' });
  const started = await startTogether('match', swapsEach, names);
  await finish(started);
  const counted = started.flatMap(({ lines }) => lines.filter((line) => line.startsWith('counted')));
  const numbers = counted.map((line) => Number(line.split(' ')[1])).sort((left, right) => left - right);
  expect(numbers).toEqual(Array.from({ length: writers * swapsEach }, (_, index) => index + 1));
  expect(textOf(await store.get('counter'))).toBe(`${writers * swapsEach} `);
}, 300_000);

test('SIGKILL in the middle: what was acknowledged is whole, and the next writer goes on', async () => {
  await store.put('counter', new TextEncoder().encode('0 '), { kind: 'absent' });
  let highest = 0;
  let killedAtWork = 0;
  for (let round = 0; round < killRounds; round += 1) {
    const started = await startTogether('churn', 0, [`${round}-a`, `${round}-b`, `${round}-c`]);
    // Any moment is a fair one: this only spreads the kills over the writers' work.
    await sleep(20 + ((round * 37) % 90));
    for (const { child } of started) child.kill('SIGKILL');
    for (const { ended } of started) expect(await ended).toEqual({ code: null, errors: '' });

    const lines = started.flatMap((writer) => writer.lines);
    killedAtWork += lines.some((line) => line.startsWith('counted')) ? 1 : 0;
    highest = Math.max(
      highest,
      ...lines.filter((line) => line.startsWith('counted')).map((line) => Number(line.split(' ')[1])),
    );
    const reopened = await openFileStore(folder);
    const words = textOf(await reopened.get('counter'))
      .trimEnd()
      .split(' ');
    expect(new Set(words).size).toBe(1);
    expect([1, 20_000]).toContain(words.length);
    expect(Number(words[0])).toBeGreaterThanOrEqual(highest);

    for (const slot of lines.filter((line) => line.startsWith('filled')).map((line) => line.split(' ')[1]!)) {
      expect(textOf(await reopened.get(slot)) === `${slot} `.repeat(5_000), slot).toBe(true);
    }
    const listed = await reopened.list('log/');
    for (const { key, size } of listed.kind === 'ok' ? listed.objects : []) expect(size).toBe(5_000 * (key.length + 1));
    expect(listed.kind).toBe('ok');

    const read = await reopened.get('counter');
    if (read.kind !== 'ok') throw new Error(JSON.stringify(read));
    expect(await reopened.put('counter', read.body, { kind: 'match', etag: read.etag })).toMatchObject({ kind: 'ok' });
    await reopened.deleteMany(['scratch']);
    expect(await reopened.put('scratch', new Uint8Array(1), { kind: 'absent' })).toMatchObject({ kind: 'ok' });
    await reopened.deleteMany(['scratch']);
  }
  expect(killedAtWork).toBeGreaterThan(0);
  const bodies = await readdir(join(folder, 'counter~bodies'));
  expect(bodies, 'the last swap swept what the killed ones left').toHaveLength(1);
}, 300_000);
