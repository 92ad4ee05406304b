import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeOutputFile } from './output-file.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 't4-output-file-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (path: string) => writeOutputFile(path, (file) => file.write(Buffer.from('secret')));

test.skipIf(process.platform === 'win32')(
  'what stands where it is written is neither followed nor taken over',
  async () => {
    const [path, other] = [join(folder, 'out'), join(folder, 'other')];
    await writeFile(other, 'mine');
    await symlink(other, `${path}.partial`);
    await write(path);
    expect(await readFile(other, 'utf8')).toBe('mine');
    await writeFile(`${path}.partial`, 'left by somebody', { mode: 0o666 });
    await write(path);
    expect(await readFile(path, 'utf8')).toBe('secret');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  },
);
