import { expect, test } from 'vitest';
import { open } from '../../src/library/open.ts';
import { createSeeded } from '../../test/support/seeded.ts';
import { createWriters, keyOf } from './writers.ts';

const settings = { keys: 20, writers: 2, pauseMs: 1 };

test('what nobody is known to have written is told', async () => {
  const database = await open({ store: 'memory:' });
  const writers = createWriters('one', database, { content: new Map(), revision: 1 }, createSeeded(1), settings);
  while (writers.writes() < 10) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(await writers.compare()).toEqual([]);
  await writers.stop();
  expect(await writers.compare()).toEqual([]);
  await database.put(keyOf(3), 'another one');
  const lines = await writers.compare();
  expect(lines[0]).toMatch(/^one: revision \d+ instead of \d+$/);
  expect(lines[1]).toContain('another one');
  await database.close();
});

test('after a write that failed nothing is compared', async () => {
  const database = await open({ store: 'memory:' });
  await database.close();
  const writers = createWriters('one', database, { content: new Map(), revision: 1 }, createSeeded(1), settings);
  await expect(writers.compare()).rejects.toThrow('one: a write failed');
  await expect(writers.stop()).rejects.toThrow('one: a write failed');
});
