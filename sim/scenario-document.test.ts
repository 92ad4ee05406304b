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
    /action.kind is "sing", which is none of/,
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

test.each<[string, unknown, RegExp]>([
  ['no kind', { kind: 'move' }, /action.request.kind is "move", which is none of range, put/],
  ['a put without a key', { kind: 'put', value: 'x' }, /action.request.key is missing/],
  ['a key that is no text', { kind: 'put', key: 7 }, /action.request.key is 7, which is no text/],
  ['a key that is not bytes', { kind: 'put', key: '\u0100' }, /is no byte/],
  ['a lease that is a number', { kind: 'put', key: 'a', lease: 7 }, /action.request.lease is 7, which is no id/],
  ['a field that nobody knows', { kind: 'put', key: 'a', valeu: 'x' }, /no field called "valeu"/],
  ['an order that is none', { kind: 'range', key: 'a', sortOrder: 'up' }, /sortOrder is "up"/],
  ['a branch that is no list', { kind: 'txn', success: {} }, /success is \{\}, which is no list/],
  ['a branch with no request', { kind: 'txn', failure: [{ kind: 'compact' }] }, /failure\[0\].kind is "compact"/],
  ['a compare with nothing', { kind: 'txn', compare: [{ key: 'a' }] }, /compare\[0\].target is missing/],
  ['a compaction at no revision', { kind: 'compact', revision: '3' }, /revision is "3"/],
])('a request is refused: %s', (_, request, words) => {
  const operations = [{ ...operation, action: { kind: 'request', request } }];
  const text = JSON.stringify({ ...scenario, operations });
  expect(() => parseScenario(text)).toThrow(words);
  expect(parseScenario(text, { otherRequests: true }).operations).toHaveLength(1);
});

test('every kind of action that is generated is a right one', () => {
  const kinds = new Set<string>();
  for (let seed = 1; seed <= 40; seed++) {
    const generated = generateScenario(seed, { swarm: false, operations: 30, faults: [] });
    expect(parseScenario(formatScenario(generated)).operations).toHaveLength(generated.operations.length);
    for (const { action } of generated.operations) kinds.add(action.kind);
  }
  expect(kinds.size).toBe(17);
});

test('no object at all is refused', () => {
  for (const text of ['[]', '3', 'null']) expect(() => parseScenario(text)).toThrow(/no JSON object/);
  expect(() => parseScenario('{')).toThrow(/this is no scenario: .*JSON/);
});

test('a subject may have kinds of faults of its own', () => {
  const text = JSON.stringify({ ...scenario, faults: [{ id: 'f', kind: 'gremlins' }] });
  expect(parseScenario(text, { otherFaultKinds: ['gremlins'] }).faults).toEqual([{ id: 'f', kind: 'gremlins' }]);
});
