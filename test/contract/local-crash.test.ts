/**
 * What survives a SIGKILL, with real processes. That a power loss takes no more than this cannot be shown from here: it
 * rests on fdatasync and fsync being called, and on the file system.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { openDataFolder } from '../../src/adapters/data-folder.ts';
import { temporaryFolder } from './local-folder.ts';

const childModule = fileURLToPath(new URL('local-crash-child.ts', import.meta.url));
const turnsBeforeKill = 70;

test('the local store has every acknowledged write after SIGKILL, and what it has is a prefix', async () => {
  const path = temporaryFolder();
  const acknowledged = await writeUntilKilled('store', path);
  const { localStore, reports } = await openForTest(path);
  const decoder = new TextDecoder();
  for (const kind of ['synced', 'unsynced']) {
    const entries = await localStore.scan(encoded(`${kind}-`), encoded(`${kind}.`), 100_000);
    expect(entries.length).toBeGreaterThan(acknowledged);
    entries.forEach(({ key, value }, turn) => {
      const digits = String(turn).padStart(6, '0');
      expect(decoder.decode(key)).toBe(`${kind}-${digits}`);
      expect(decoder.decode(value)).toBe(`${digits} `.repeat(500));
    });
  }
  expect(reports).toEqual([]);
});

test('the disk has every acknowledged append after SIGKILL, in order', async () => {
  const path = temporaryFolder();
  const acknowledged = await writeUntilKilled('disk', path);
  const { disk } = await openForTest(path);
  const names = [...(await disk.list())].sort((left, right) => left.length - right.length || (left < right ? -1 : 1));
  const contents = await Promise.all(names.map((name) => disk.read(name)));
  const whole = contents.map((content) => new TextDecoder().decode(content)).join('');
  const expected = Array.from({ length: acknowledged + 1 }, (_, turn) => `first half of turn ${turn}\n`).join('');
  expect(whole.startsWith(expected)).toBe(true);
});

test('a second process is refused while the first lives, also after an attempt from inside, and let in when it is killed', async () => {
  const path = temporaryFolder();
  const child = spawnChild('hold', path);
  await once(createInterface({ input: child.stdout }), 'line');
  await expect(openDataFolder(path)).rejects.toThrow(`The data folder ${path} is in use by another process.`);
  await expect(openDataFolder(path)).rejects.toMatchObject({ code: 'in-use' });
  await kill(child);
  await openForTest(path);
  await expect(openDataFolder(path)).rejects.toThrow(`The data folder ${path} is already open in this process.`);
  // The refused attempt from inside must not have cost the first holder its lock.
  const late = spawnChild('hold', path);
  let complaint = '';
  late.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const [exitCode] = (await once(late, 'close')) as [number | null];
  expect(exitCode).not.toBe(0);
  expect(complaint).toContain(`The data folder ${path} is in use by another process.`);
});

async function writeUntilKilled(target: 'store' | 'disk', path: string): Promise<number> {
  const child = spawnChild(target, path);
  let acknowledged = -1;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'open') continue;
    acknowledged = Number(line);
    if (acknowledged === turnsBeforeKill) child.kill('SIGKILL');
  }
  expect(acknowledged).toBeGreaterThanOrEqual(turnsBeforeKill);
  await closed(child);
  return acknowledged;
}

function spawnChild(target: string, path: string) {
  const child = spawn(process.execPath, [childModule, target, path], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => kill(child));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await closed(child);
}

async function closed(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function openForTest(path: string) {
  const folder = await openDataFolder(path);
  onTestFinished(() => folder.close());
  return folder;
}

function encoded(characters: string): Uint8Array {
  return new TextEncoder().encode(characters);
}
