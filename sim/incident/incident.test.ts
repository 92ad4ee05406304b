import { describe, expect, test } from 'vitest';
import { faultKindOf } from '../faults/index.ts';
import { generateScenario } from '../generate.ts';
import { parseScenario } from '../scenario-document.ts';
import { subject } from '../search/store-subject.ts';
import type { Scenario } from '../types/scenario.ts';
import { generateIncident } from './generate-incident.ts';
import { incidents } from './index.ts';

const each = incidents.map((incident) => [incident.name, incident] as const);

function scenariosOf(name: string, count: number): readonly Scenario[] {
  const found: Scenario[] = [];
  for (let seed = 1; found.length < count; seed++) {
    const scenario = generateIncident(seed);
    if (scenario.name.endsWith(`, ${name}`)) found.push(scenario);
  }
  return found;
}

describe.each(each)('%s', (name) => {
  test('is plain data that a file can hold, within what the protocol promises', () => {
    for (const scenario of scenariosOf(name, 10)) {
      expect(parseScenario(JSON.stringify(scenario))).toEqual(scenario);
      for (const fault of scenario.faults) {
        expect(faultKindOf(fault.kind).promise(fault, scenario)).not.toBe('beyond');
      }
    }
  });

  test('no two of its faults break what the protocol builds on together', () => {
    for (const scenario of scenariosOf(name, 30)) {
      const kinds = scenario.faults.map(({ kind }) => kind);
      for (const kind of kinds) {
        for (const other of faultKindOf(kind).notWith ?? []) expect(kinds).not.toContain(other);
      }
    }
  });

  test('comes about: another node takes over, and the core gets through', () => {
    // What happens beside it may keep the leader in its place: the core gets through that too, and the incident has not come about.
    const scenarios = scenariosOf(name, 20);
    const undisturbed = scenarios.filter(({ faults }) => !faults.some(({ id }) => id.endsWith('-beside'))).slice(0, 2);
    expect(undisturbed).toHaveLength(2);
    for (const scenario of undisturbed) {
      const { verdict, history } = subject.run(scenario);
      expect(verdict).toEqual({ kind: 'ok' });
      const leaders = history.flatMap((event) =>
        event.kind === 'node-role' && event.role === 'leader' ? [event] : [],
      );
      expect(new Set(leaders.map(({ node }) => node)).size).toBeGreaterThan(1);
    }
  });
});

test('names are unique, and say what happens', () => {
  expect(new Set(incidents.map(({ name }) => name)).size).toBe(incidents.length);
  for (const { does } of incidents) expect(does.length).toBeGreaterThan(20);
});

test('they are drawn only where they are asked for, and leave the other seeds as they were', () => {
  const seeds = Array.from({ length: 60 }, (_, index) => index + 1);
  const asked = seeds.map((seed) => generateScenario(seed, { incidents: true }));
  const about = asked.filter(({ name }) => name.includes(','));
  expect(about.length).toBeGreaterThan(3);
  expect(about.length).toBeLessThan(20);
  for (const scenario of asked) {
    if (!about.includes(scenario)) expect(scenario).toEqual(generateScenario(scenario.seed));
  }
});
