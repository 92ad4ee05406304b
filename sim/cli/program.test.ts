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

async function sim(...argv: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const code = await runSimulator(argv, {
    out: (text) => void (out += text),
    error: (text) => void (error += text),
    isTerminal: false,
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

test('the list names faults, mutants, workloads and scenarios', async () => {
  const { code, out } = await sim('list', '--json');
  expect(code).toBe(0);
  const listed = JSON.parse(out) as Record<string, readonly unknown[]>;
  for (const name of ['faults', 'mutants', 'workloads', 'scenarios']) expect(listed[name]?.length).toBeGreaterThan(5);
});

test('a campaign too short to put everything to the test does not pass, and names what it left out', async () => {
  const { code, out, error } = await sim('run', '--seeds', '2', '--workers', '1', '--no-corpus', '--out', folder);
  expect(out).toContain('Faults that never took effect');
  expect(error).toContain('was not put to the test');
  expect(code).toBe(6);
});
