import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listMutants, loadMutant, mutantNames, plantedMutant } from './mutants.ts';

test('there is a zoo', async () => {
  const mutants = await listMutants();
  expect(mutants.map(({ name }) => name)).toEqual(mutantNames());
  expect(mutants.length).toBeGreaterThan(40);
});

test.each(mutantNames())('%s exports what its original exports, and breaks something of it', async (name) => {
  const mutant = await loadMutant(name);
  const { mutantUrl, originalUrl } = plantedMutant(mutant);
  expect(existsSync(new URL(originalUrl))).toBe(true);
  const changed = (await import(mutantUrl)) as Record<string, unknown>;
  const original = (await import(originalUrl)) as Record<string, unknown>;
  expect(Object.keys(changed).sort()).toEqual([...Object.keys(original), 'mutant'].sort());
  expect(Object.keys(original).filter((exported) => changed[exported] !== original[exported])).not.toEqual([]);
});
