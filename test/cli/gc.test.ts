import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { open } from '../../src/index.ts';
import { runCommand } from '../support/run-command.ts';

let folder: string;
const checkpoints = 4;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 't4-gc-'));
  const db = await open({ store: `file:${folder}` });
  for (let round = 1; round <= checkpoints; round++) {
    for (let key = 1; key <= 5; key++) await db.put(`key-${key}`, `${round}`);
    await db.checkpoint();
  }
  await db.close();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const t4 = (...argv: readonly string[]) => runCommand(argv, { T4_STORE: `file:${folder}` });

async function gc(...options: readonly string[]) {
  const { code, out, error } = await t4('gc', '--retention', '0s', '--grace', '0s', '--json', ...options);
  expect({ code, error }).toEqual({ code: 0, error: '' });
  return JSON.parse(out) as {
    condemned: { objects: number };
    checkpointsForgotten: number;
    deleted: { objects: number; slots: number };
  };
}

const named = () => readdirSync(join(folder, 'checkpoints')).length;

test('condemns, then deletes, and all that is kept is whole', async () => {
  expect(named()).toBe(checkpoints);
  const told = await gc('--dry-run');
  expect(told.checkpointsForgotten).toBe(checkpoints - 2);
  expect(named()).toBe(checkpoints);
  const first = await gc();
  expect(first.condemned).toEqual(told.condemned);
  expect(first.deleted.objects).toBe(0);
  const second = await gc();
  expect(second.deleted.objects).toBe(first.condemned.objects);
  expect(second.deleted.slots).toBeGreaterThan(0);
  expect(named()).toBe(2);
  expect((await t4('verify')).code).toBe(0);
  expect((await t4('cat', 'key-3')).out).toBe(`${checkpoints}`);
  expect((await gc()).condemned.objects).toBe(0);
});

test('a duration that is none is refused', async () => {
  expect((await t4('gc', '--grace', 'soon')).code).toBe(2);
});
