/** The program in docs/library.md runs as it stands and prints what it says. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

test('the program of the document runs', () => {
  const program = /```ts\n([^]*?)```/.exec(readFileSync('docs/library.md', 'utf8'))![1]!;
  const library = pathToFileURL(resolve('src/index.ts')).href;
  const folder = mkdtempSync(join(tmpdir(), 't4-document-'));
  try {
    const file = join(folder, 'program.mts');
    writeFileSync(file, program.replace("'t4db'", JSON.stringify(library)));
    const printed = execFileSync(process.execPath, [file], { encoding: 'utf8' });
    expect(printed.trim().split('\n')).toEqual(['hello', '1 2', 'true', '2 put greeting', '3 put lock', 'undefined']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
