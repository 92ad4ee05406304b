import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openBbolt } from '../../src/etcd-snapshot/bbolt/reader.ts';
import { memorySource } from '../../src/etcd-snapshot/bbolt/source.ts';
import { longBucket, readPlain, writePlain } from './arbitrary-buckets.ts';
import { bboltProgram } from './bbolt-program.ts';

/** Where bbolt is not built yet, this builds it. */
const buildTimeoutMs = 15 * 60_000;

const bucket = {
  entries: [
    { key: Buffer.from('empty'), value: { entries: [] } },
    { key: Buffer.from('large'), value: longBucket(40, 20_000) },
    { key: Buffer.from('long'), value: longBucket(20_000, 30) },
    {
      key: Buffer.from('nested'),
      value: { entries: [{ key: Buffer.from('below'), value: longBucket(300, 20) }] },
    },
    { key: Buffer.from('small'), value: longBucket(9, 2) },
  ],
};

test(
  'bbolt finds nothing wrong, and the same entries',
  { timeout: buildTimeoutMs },
  async ({ skip, onTestFinished }) => {
    const program = await bboltProgram();
    if (program.path === undefined) return skip(program.absence);
    const bbolt = (...args: readonly string[]) => execFileSync(program.path, args, { encoding: 'utf8' });
    const folder = await mkdtemp(join(tmpdir(), 'bbolt-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'db');
    await writeFile(file, writePlain(bucket));
    expect(bbolt('check', file)).toBe('OK\n');
    expect(bbolt('buckets', file).trim().split('\n')).toEqual(['empty', 'large', 'long', 'nested', 'small']);
    expect(bbolt('keys', '--format', 'hex', file, 'long').trim().split('\n')).toEqual(
      longBucket(20_000, 30).entries.map(({ key }) => Buffer.from(key).toString('hex')),
    );
    expect(bbolt('pages', file)).toMatch(/branch/);
    // What bbolt itself makes of it is read as the same: its own layout, freelist and page fill.
    const compacted = join(folder, 'compacted');
    bbolt('compact', '-o', compacted, file);
    expect(readPlain(openBbolt(memorySource(await readFile(compacted))))).toEqual(
      readPlain(openBbolt(memorySource(await readFile(file)))),
    );
  },
);
