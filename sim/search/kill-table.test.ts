import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { documentFile } from './kill-files.ts';
import { runKillTable } from './kill-table.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

async function killTable(...argv: readonly string[]): Promise<Ran> {
  let out = '';
  let error = '';
  const code = await runKillTable(argv, { out: (text) => void (out += text), error: (text) => void (error += text) });
  return { code, out, error };
}

/** Its content, and when it was written: the same text once more would be a write too. */
function documentNow(): string {
  return `${statSync(documentFile).mtimeMs} ${readFileSync(documentFile, 'utf8')}`;
}

test('help is help: nothing is measured, and nothing written', async () => {
  const before = documentNow();
  const { code, out, error } = await killTable('--help');
  expect(code).toBe(0);
  expect(error).toBe('');
  for (const option of ['--mutant', '--again', '--mend', '--document-only', '--campaigns', '--seeds'])
    expect(out).toContain(option);
  expect(documentNow()).toBe(before);
});

test.each([
  ["unknown option '--hepl'", '--hepl'],
  ['too many arguments', 'acknowledge-before-put'],
  ['no mutant called none-such', '--mutant', 'none-such'],
  ['not a whole number above 0', '--campaigns', '0'],
  ['not a whole number above 0', '--seeds', 'many'],
  ['not a whole number above 0', '--workers', '1.5'],
  ['such as 3/8', '--shard', '3/2'],
  ["cannot be used with option '--again'", '--document-only', '--again'],
  ["cannot be used with option '--mutant <NAME>'", '--document-only', '--mutant', 'acknowledge-before-put'],
])('wrong usage is told, and nothing written: %s', async (words, ...argv) => {
  const before = documentNow();
  const { code, out, error } = await killTable(...argv);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(error).toMatch(/^kill-table: /);
  expect(error).toContain(words);
  expect(documentNow()).toBe(before);
});
