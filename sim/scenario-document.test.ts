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
  ['no name', { name: 7 }, /name is 7/],
  ['no seed', { seed: undefined }, /seed is missing/],
  ['a seed that is none', { seed: -1 }, /seed -1/],
  ['an operation twice', { operations: [operation, operation] }, /two operations have the id/],
  ['an operation at a node that is not there', { operations: [{ ...operation, node: 2 }] }, /node 2; there are 2/],
  ['a time before the beginning', { operations: [{ ...operation, atMs: -1 }] }, /is at -1 ms/],
  [
    'an operation without an action',
    { operations: [{ ...operation, action: null }] },
    /operations\[0\].action is null/,
  ],
  [
    'an action of no kind',
    { operations: [{ ...operation, action: { kind: 'sing' } }] },
    /no kind of action called "sing"/,
  ],
  ['no nodes', { topology: { ...scenario.topology, nodes: [] } }, /no nodes/],
  ['a node that is none', { topology: { ...scenario.topology, nodes: [3] } }, /topology.nodes\[0\] is no object/],
  [
    'a setting left out',
    { topology: { ...scenario.topology, settings: {} } },
    /topology.settings.durability is missing/,
  ],
  ['a knob of another type', { knobs: { ...scenario.knobs, endMs: 'late' } }, /knobs.endMs is "late"/],
  ['operations that are no list', { operations: {} }, /operations is \{\}/],
  ['a window without an end', { faults: [{ ...fault, window: { fromMs: 1 } }] }, /window.toMs is missing/],
  ['a fault twice', { faults: [fault, fault] }, /two faults have the id/],
  ['a fault of no kind', { faults: [{ ...fault, kind: 'gremlins' }] }, /no kind of fault called "gremlins"/],
  ['a fault on a node that is not there', { faults: [{ ...fault, node: 7 }] }, /node 7/],
  ['a heal of a node that is not there', { knobs: { ...scenario.knobs, heal: { atMs: 1, nodes: [5] } } }, /node 5/],
])('%s is refused, and the message says so', (_, change, words) => {
  expect(() => parseScenario(JSON.stringify({ ...scenario, ...change }))).toThrow(words);
});

test('no object at all is refused', () => {
  for (const text of ['[]', '3', 'null']) expect(() => parseScenario(text)).toThrow(/no JSON object/);
  expect(() => parseScenario('{')).toThrow(/this is no scenario: .*JSON/);
});

test('a subject may have kinds of faults of its own', () => {
  const text = JSON.stringify({ ...scenario, faults: [{ id: 'f', kind: 'gremlins' }] });
  expect(parseScenario(text, { otherFaultKinds: ['gremlins'] }).faults).toEqual([{ id: 'f', kind: 'gremlins' }]);
});
