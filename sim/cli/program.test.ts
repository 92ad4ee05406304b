import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateScenario } from '../generate.ts';
import { runSimulator } from './program.ts';

const register = fileURLToPath(new URL('../examples/register-subject.ts', import.meta.url));
let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 't4-sim-'))));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

function sim(...argv: readonly string[]): Promise<Ran> {
  return simInterrupted(argv, () => false);
}

/** Interrupted as soon as what was printed satisfies `when`. */
async function simInterrupted(argv: readonly string[], when: (out: string) => boolean): Promise<Ran> {
  const interruption = new AbortController();
  if (when('')) interruption.abort();
  let out = '';
  let error = '';
  const code = await runSimulator(argv, {
    out: (text) => {
      out += text;
      if (when(out)) interruption.abort();
    },
    error: (text) => void (error += text),
    isTerminal: false,
    interruption: () => interruption.signal,
  });
  return { code, out, error };
}

test('a finding: its exit code, its story, its files, and a replay with the same hash', async () => {
  const junit = join(folder, 'junit.xml');
  const found = await sim(
    ...['run', '--subject', register, '--seeds', '50', '--findings', '1', '--workers', '1'],
    ...['--out', folder, '--junit', junit],
  );
  expect(found.code).toBe(3);
  expect(found.out).toContain('Broken guarantee “register reads”');
  expect(readFileSync(junit, 'utf8')).toContain('<failure');
  const scenario = join(
    folder,
    readdirSync(folder).find((file) => /^register-reads-\d+\.json$/.test(file))!,
  );
  expect(readFileSync(scenario.replace('.json', '.html'), 'utf8')).toContain('<!doctype html>');
  const traceOf = (text: string) => /trace ([0-9a-f]{16})/.exec(text)?.[1];
  const again = await sim('run', scenario, '--subject', register);
  expect(again.code).toBe(3);
  expect(traceOf(again.out)).toBe(traceOf(found.out));
  const shrunk = await sim('shrink', scenario, '--subject', register, '--out', folder);
  expect(shrunk.code).toBe(3);
  expect(shrunk.out).toContain('Shrunk to 2 operations');
});

test('the same campaign in JSON', async () => {
  const { code, out } = await sim(
    ...['run', '--subject', register, '--seeds', '50', '--findings', '1', '--workers', '1', '--json', '--out', folder],
  );
  expect(code).toBe(3);
  expect(JSON.parse(out)).toMatchObject({ findings: [{ key: 'safety: register reads' }] });
});

test('an interrupted campaign keeps what it found, as it is', async () => {
  const own = mkdtempSync(join(folder, 'interrupted-'));
  const junit = join(own, 'junit.xml');
  const { code, out, error } = await simInterrupted(
    [
      'run',
      '--subject',
      register,
      '--seeds',
      '50',
      '--findings',
      '1',
      '--workers',
      '1',
      '--out',
      own,
      '--junit',
      junit,
    ],
    (printed) => printed.includes('Seed '),
  );
  expect(code).toBe(3);
  expect(error).toContain('Interrupted');
  expect(out).toContain('interrupted; t4 sim shrink');
  expect(out).toMatch(/\d+ seeds, .* 1 findings/);
  expect(readFileSync(junit, 'utf8')).toContain('<failure');
  const file = readdirSync(own).find((name) => /^register-reads-\d+\.json$/.test(name))!;
  const { subject } = await import('../examples/register-subject.ts');
  expect(JSON.parse(readFileSync(join(own, file), 'utf8'))).toEqual(subject.generate(Number(/\d+/.exec(file)![0])));
});

test('a scenario that fails is written before it is shrunk', async () => {
  const own = mkdtempSync(join(folder, 'at-once-'));
  let written: readonly string[] | undefined;
  await simInterrupted(
    ['run', '--subject', register, '--seeds', '50', '--findings', '1', '--workers', '1', '--out', own],
    (printed) => {
      if (printed.includes('Seed ')) written ??= readdirSync(own);
      return written !== undefined;
    },
  );
  expect(written).toEqual([expect.stringMatching(/^register-reads-\d+\.json$/)]);
});

test('interrupted before anything was found', async () => {
  const { code, out } = await simInterrupted(
    ['run', '--minutes', '60', '--workers', '1', '--out', folder, '--json'],
    () => true,
  );
  expect(code).toBe(130);
  expect(JSON.parse(out)).toMatchObject({ runs: 0, interrupted: true, findings: [] });
});

test.each([
  ['run', '--seeds', 'many'],
  ['run', '--shard', '9/8'],
  ['run', '--mutant', 'none-such'],
  ['run', 'none-such.json'],
  ['run', '--seeds', '-3'],
  ['run', '--seed', '4294967296'],
  ['run', '--workers', '0'],
  ['run', '--without', 'none-such'],
  ['run', '--subject', 'none-such.js'],
  ['crash-points', '--depth', '3'],
  ['shrink', 'none-such.json'],
  ['walk', 'this', 'way'],
])('wrong usage is told apart: %s %s %s', async (...argv) => {
  const { code, error } = await sim(...argv);
  expect(code).toBe(2);
  expect(error).toMatch(/^t4 sim: /);
});

test.each([
  ['no JSON', '{', 'this is no scenario'],
  ['another document', '{"version":1}', 'name is missing'],
  ['a fault that lacks something', 'lacking', 'fault a (crash) lacks atMs'],
  ['a request that makes no sense', 'nonsense', 'operation a: action.request.key is missing'],
])('a scenario that cannot be run is wrong usage: %s', async (_, text, words) => {
  const file = join(folder, 'wrong.json');
  const lacking = { ...generateScenario(1), faults: [{ id: 'a', kind: 'crash', node: 0 }] };
  const action = { kind: 'request', request: { kind: 'put' } };
  const nonsense = { ...generateScenario(1), operations: [{ id: 'a', client: 'a', node: 0, atMs: 0, action }] };
  const texts = new Map([
    ['lacking', JSON.stringify(lacking)],
    ['nonsense', JSON.stringify(nonsense)],
  ]);
  writeFileSync(file, texts.get(text) ?? text);
  const { code, error } = await sim('run', file);
  expect(error).toContain(words);
  expect(code).toBe(2);
});

test('the list names faults, mutants, workloads, incidents and scenarios', async () => {
  const { code, out } = await sim('list', '--json');
  expect(code).toBe(0);
  const listed = JSON.parse(out) as Record<string, readonly unknown[]>;
  for (const name of ['faults', 'mutants', 'workloads', 'incidents', 'scenarios'])
    expect(listed[name]?.length).toBeGreaterThan(5);
});

test('a campaign too short to put everything to the test does not pass, and names what it left out', async () => {
  const { code, out, error } = await sim('run', '--seeds', '2', '--workers', '1', '--no-corpus', '--out', folder);
  expect(out).toContain('Faults that never took effect');
  expect(error).toContain('was not put to the test');
  expect(code).toBe(6);
});
