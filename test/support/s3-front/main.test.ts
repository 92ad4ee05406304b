/** The endpoint as a process: it starts, keeps its objects in its folder over a restart, is driven over HTTP, and ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openObjectStore } from '../../../src/adapters/open-store.ts';
import { s3rverCredentials } from '../s3rver.ts';

const script = fileURLToPath(new URL('main.ts', import.meta.url));

async function start(directory: string) {
  const child = spawn(process.execPath, [script, '--dir', directory, '--bucket', 'process'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { url, control } = JSON.parse(line) as { readonly url: string; readonly control: string };
  const store = await openObjectStore(url, { credentials: s3rverCredentials });
  const stop = async () => {
    await store.close();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    return ((await ended) as [number | null])[0];
  };
  return { store, control, stop };
}

test('starts, fails on demand, keeps conditions over a restart, and ends at SIGTERM', async () => {
  const directory = await mkdtemp(join(tmpdir(), 't4-s3-process-'));
  const body = new Uint8Array([1, 2, 3]);
  const first = await start(directory);
  const put = await first.store.put('log/1', body, { kind: 'absent' });
  expect(put).toMatchObject({ kind: 'ok' });
  const rule = { operations: ['PUT'], times: 1, action: { kind: 'error', status: 403, code: 'AccessDenied' } };
  await fetch(`${first.control}/faults`, { method: 'POST', body: JSON.stringify(rule) });
  expect(await first.store.put('log/2', body, { kind: 'absent' })).toMatchObject({ kind: 'refused' });
  expect(await (await fetch(`${first.control}/requests`)).json()).toMatchObject([
    { operation: 'PUT', keys: ['log/1'], status: 200 },
    { operation: 'PUT', keys: ['log/2'], fault: 'error' },
  ]);
  expect(await first.stop()).toBe(0);

  const second = await start(directory);
  expect(await second.store.put('log/1', body, { kind: 'absent' })).toEqual({ kind: 'condition-failed' });
  expect(await second.store.list('')).toMatchObject({ objects: [{ key: 'log/1', size: 3 }] });
  const etag = put.kind === 'ok' ? put.etag : '';
  expect(await second.store.put('log/1', new Uint8Array(0), { kind: 'match', etag })).toMatchObject({ kind: 'ok' });
  expect(await second.stop()).toBe(0);
  await rm(directory, { recursive: true, force: true });
});
