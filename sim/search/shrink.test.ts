import { expect, test } from 'vitest';
import { subject, toyStrengthMin } from '../../test/support/toy-subject.ts';
import type { Scenario } from '../types/scenario.ts';
import { fewestItems } from './delta-debugging.ts';
import { shrink } from './shrink.ts';

function failingScenario(): Scenario {
  for (let seed = 0; ; seed++) {
    const scenario = subject.generate(seed);
    if (subject.run(scenario).verdict.kind !== 'ok') return scenario;
  }
}

test('takes out all that is not needed, wherever it stands', () => {
  const items = Array.from({ length: 100 }, (_, index) => index);
  const needed = [3, 50, 51, 99];
  let runs = 0;
  const kept = fewestItems(items, (left) => {
    runs += 1;
    return needed.every((item) => left.includes(item));
  });
  expect(kept).toEqual(needed);
  expect(runs).toBeLessThan(200);
  expect(fewestItems(items, () => true)).toEqual([]);
});

test('stops where its budget ends, with something that still fails', () => {
  let runs = 0;
  const kept = fewestItems([1, 2, 3, 4], (left) => (++runs > 1 ? undefined : left.includes(3)));
  expect(kept).toEqual([3, 4]);
});

test('leaves one operation, one fault at its least, one node, round times; and names the fault', () => {
  const shrunk = shrink(subject, failingScenario());
  const { scenario, result } = shrunk!;
  expect(result.verdict).toMatchObject({ kind: 'safety', guarantee: 'toy' });
  expect(scenario.operations).toHaveLength(1);
  expect(scenario.operations[0]).toMatchObject({ node: 0, atMs: 1_000 });
  expect(scenario.faults).toMatchObject([{ kind: 'flip', strength: toyStrengthMin }]);
  expect(scenario.topology.nodes).toHaveLength(1);
  expect(shrunk).toMatchObject({ neededFaults: [scenario.faults[0]!.id], complete: true });
});

test('is deterministic, keeps to its budget, and has nothing to do where nothing fails', () => {
  const scenario = failingScenario();
  expect(shrink(subject, scenario)).toEqual(shrink(subject, scenario));
  const hurried = shrink(subject, scenario, 5)!;
  expect(hurried).toMatchObject({ runs: 5, complete: false });
  expect(hurried.result.verdict.kind).toBe('safety');
  expect(shrink(subject, { ...scenario, faults: [] })).toBeUndefined();
});

test('keeps what proves nothing as it is, after one run', () => {
  const scenario = failingScenario();
  let runs = 0;
  const undecided: typeof subject = {
    ...subject,
    run: (given) => {
      runs += 1;
      return { ...subject.run(given), verdict: { kind: 'unknown', explanation: 'a search was given up' } };
    },
  };
  expect(shrink(undecided, scenario)).toMatchObject({ scenario, runs: 1, neededFaults: [], complete: true });
  expect(runs).toBe(1);
});
