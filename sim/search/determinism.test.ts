import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  differenceText,
  firstDifference,
  firstDifferentLine,
  processRunner,
  seedsDefault,
  UnprovedError,
  workersRunner,
} from './determinism.ts';
import { subject } from './store-subject.ts';

const store = new URL('./store-subject.ts', import.meta.url).href;
const planted = new URL('../../test/support/chance-subject.ts', import.meta.url).href;
const script = fileURLToPath(new URL('./determinism.ts', import.meta.url));
const seeds = Array.from({ length: 12 }, (_, index) => index + 1);

test('another process takes the same way', async () => {
  expect(await firstDifference(store, seeds, [processRunner(process.execPath, store)])).toBeUndefined();
}, 300_000);

test('so do workers, however many there are and whatever they ran before', async () => {
  expect(await firstDifference(store, seeds, [workersRunner(1, store), workersRunner(3, store)])).toBeUndefined();
}, 300_000);

test('the seeds that are compared are of many kinds', () => {
  const scenarios = Array.from({ length: seedsDefault }, (_, index) => subject.generate(index + 1));
  const seen = (of: (scenario: (typeof scenarios)[number]) => unknown) => new Set(scenarios.map(of));
  expect(seen(({ topology }) => topology.nodes.length)).toEqual(new Set([1, 2, 3, 4]));
  expect(seen(({ topology }) => topology.settings.durability)).toEqual(new Set(['local', 'object']));
  expect(seen(({ knobs }) => knobs.heal?.rest)).toEqual(new Set(['asleep', 'cut-off', 'dead']));
  const kinds = new Set(scenarios.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
  for (const port of ['network-', 'partition-', 'clock-', 'process-', 'crash', 'disk-', 'store-']) {
    expect([...kinds].filter((kind) => kind.startsWith(port))).not.toEqual([]);
  }
});

test.each([
  ['a process', () => processRunner(process.execPath, planted)],
  ['a worker', () => workersRunner(1, planted)],
])(
  'a run that left its way in %s is found, with the first event that differs',
  async (_, runner) => {
    const difference = await firstDifference(planted, [1, 2], [runner()]);
    expect(difference).toMatchObject({ seed: 1, first: { event: 3 } });
    const { here, there } = difference!.first!;
    expect(here).toMatch(/^drew 0\.\d+$/);
    expect(there).not.toBe(here);
    expect(differenceText(difference!)).toContain(`first at event 3:\n  here:  ${here!}\n  there: ${there!}`);
  },
  300_000,
);

test('the command says so and fails; what cannot be compared proves nothing', () => {
  const run = (...args: readonly string[]): { readonly status: number; readonly output: string } => {
    try {
      const output = execFileSync(process.execPath, [script, ...args], { encoding: 'utf8', stdio: 'pipe' });
      return { status: 0, output };
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
      return { status, output: stdout + stderr };
    }
  };
  const different = run('--subject', planted, '--seeds', '1');
  expect(different).toMatchObject({ status: 1 });
  expect(different.output).toMatch(/^Seed 1 differs .* first at event 3:\n {2}here: {2}drew .*\n {2}there: drew /);
  const absent = run('--seeds', '1', '--node', '/no/such/node');
  expect(absent).toMatchObject({ status: 2 });
  expect(absent.output).toMatch(/^Nothing is proved: \/no\/such\/node did not run the seeds/);
  for (const wrong of [
    ['--seeds', 'many'],
    ['--seeds', '0'],
    ['--sedes', '1'],
  ]) {
    expect(run(...wrong)).toMatchObject({ status: 2 });
  }
}, 300_000);

test('a Node that cannot be had is told, and never taken for an equal one', async () => {
  const absent = firstDifference(store, [1], [processRunner('/no/such/node', store)]);
  await expect(absent).rejects.toThrow(UnprovedError);
});

test('the first event that differs is named, where one is missing too', () => {
  expect(firstDifferentLine(['a', 'b', 'c'], ['a', 'x', 'c'])).toEqual({ event: 2, here: 'b', there: 'x' });
  expect(firstDifferentLine(['a', 'b'], ['a'])).toEqual({ event: 2, here: 'b', there: undefined });
  expect(firstDifferentLine(['a'], ['a'])).toBeUndefined();
});
