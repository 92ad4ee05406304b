import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const repository = dirname(dirname(import.meta.dirname));

export interface Folder {
  readonly path: string;
  remove(): void;
}

/** A folder outside the repository that holds `files` and sees the repository's packages. */
export function createFolder(files: Readonly<Record<string, string>>): Folder {
  const path = mkdtempSync(join(tmpdir(), 't4-ground-'));
  symlinkSync(join(repository, 'node_modules'), join(path, 'node_modules'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, remove: () => rmSync(path, { recursive: true }) };
}

/** Runs a tool of `node_modules/.bin` and gives all that it printed. */
export function runTool(
  name: string,
  args: readonly string[],
  folder: string,
): { output: string; status: number | null } {
  const result = spawnSync(join(repository, 'node_modules', '.bin', name), args, { cwd: folder, encoding: 'utf8' });
  if (result.error !== undefined) throw result.error;
  return { output: result.stdout + result.stderr, status: result.status };
}
