/** The programs in docs/library.md run as they stand and print what they say. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const document = readFileSync('docs/library.md', 'utf8');
const programs = [...document.matchAll(/```ts\n([^]*?)```/g)].map(([, program]) => program!);

test.each([
  ['the first program', 0, ['hello', '1 2', 'true', '2 put greeting', '3 put lock', 'undefined']],
  ['branches', 1, ['red', "[ 'before: true' ]", "{ deleted: [ 'before' ], kept: undefined }", '3 5']],
] as const)('the program of the document runs: %s', (_name, index, lines) => {
  const library = pathToFileURL(resolve('src/index.ts')).href;
  const folder = mkdtempSync(join(tmpdir(), 't4-document-'));
  try {
    const file = join(folder, 'program.mts');
    writeFileSync(file, programs[index]!.replace("'t4db'", JSON.stringify(library)));
    const printed = execFileSync(process.execPath, [file], { encoding: 'utf8', cwd: folder });
    expect(printed.trim().split('\n')).toEqual(lines);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the document has no program that is not run', () => expect(programs).toHaveLength(2));
