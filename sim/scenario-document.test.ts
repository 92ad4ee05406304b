import { expect, test } from 'vitest';
import { generateScenario } from './generate.ts';
import { formatScenario, parseScenario } from './scenario-document.ts';
import type { Scenario } from './types/scenario.ts';

const scenario = generateScenario(3, { nodes: 2, swarm: false, operations: 20 });

test('what is written is read as it was', () => {
  expect(parseScenario(formatScenario(scenario))).toEqual(scenario);
});

const [operation] = scenario.operations;
const [fault] = scenario.faults;

test.each<[string, Partial<Record<keyof Scenario, unknown>>, RegExp]>([
  ['another version', { version: 2 }, /version 2/],
  ['no seed', { seed: undefined }, /seed is missing/],
  ['a seed that is none', { seed: -1 }, /seed -1/],
  ['an operation twice', { operations: [operation, operation] }, /two operations have the id/],
  ['an operation at a node that is not there', { operations: [{ ...operation, node: 2 }] }, /node 2; there are 2/],
  ['a time before the beginning', { operations: [{ ...operation, atMs: -1 }] }, /is at -1 ms/],
  ['a fault twice', { faults: [fault, fault] }, /two faults have the id/],
  ['a fault of no kind', { faults: [{ ...fault, kind: 'gremlins' }] }, /no kind of fault called "gremlins"/],
  ['a fault on a node that is not there', { faults: [{ ...fault, node: 7 }] }, /node 7/],
  ['a heal of a node that is not there', { knobs: { ...scenario.knobs, heal: { atMs: 1, nodes: [5] } } }, /node 5/],
])('%s is refused, and the message says so', (_, change, words) => {
  expect(() => parseScenario(JSON.stringify({ ...scenario, ...change }))).toThrow(words);
});

test('no object at all is refused', () => {
  for (const text of ['[]', '3', 'null']) expect(() => parseScenario(text)).toThrow(/no JSON object/);
  expect(() => parseScenario('{')).toThrow(SyntaxError);
});
