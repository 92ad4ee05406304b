import { describe, expect, test } from 'vitest';
import { createNodeDigest } from '../../src/adapters/node-digest.ts';
import { generateScenario } from '../generate.ts';
import { simulate } from '../simulate.ts';
import { coreSystem } from '../system/core-system.ts';
import type { Fault, Scenario } from '../types/scenario.ts';
import type { SystemUnderTest } from '../types/system.ts';
import { drawOf } from '../world/random.ts';
import { faultKinds } from './index.ts';

const digest = createNodeDigest();
const attemptsMax = 60;

/** The core deletes no object yet: for faults of deletes, something that puts and deletes. */
const deletingSystem: SystemUnderTest = {
  name: 'deletes',
  createNode: () => ({
    step: (event) =>
      event.kind === 'start'
        ? [{ kind: 'timer-set', timer: 1, atMonotonicMs: event.at.monotonicMs + 10 }]
        : event.kind === 'timer'
          ? [
              { kind: 'call', call: 1, operation: { kind: 'object-delete', keys: ['a'] } },
              { kind: 'timer-set', timer: 1, atMonotonicMs: event.at.monotonicMs + 100 },
            ]
          : [],
  }),
};

function scenarioFor(kind: string, seed: number): Scenario {
  const durability = /^(disk|local)-|^power-loss$/.test(kind) ? (seed % 2 === 0 ? 'local' : 'object') : 'object';
  return generateScenario(seed, {
    nodes: 3,
    durability,
    operations: 60,
    activeMs: 20_000,
    // Files are read, and what power leaves is seen, only by who starts again.
    faults: [kind, 'crash'],
    swarm: false,
    beyond: true,
  });
}

describe('every kind of fault', () => {
  test.each(faultKinds.map((kind) => [kind.kind, kind] as const))('%s can fire', (name) => {
    const system = name === 'store-late-delete' ? deletingSystem : coreSystem;
    for (let seed = 1; seed <= attemptsMax; seed++) {
      const { counts, history } = simulate(scenarioFor(name, seed), { system, digest });
      if ((counts.faultsFired[name] ?? 0) === 0) continue;
      expect(history.some((event) => event.kind === 'fault' && event.faultKind === name)).toBe(true);
      return;
    }
    expect.fail(`${name} did not fire in ${attemptsMax} seeds`);
  });

  test.each(faultKinds.map((kind) => [kind.kind, kind] as const))(
    '%s is plain data, and shrinks to an end',
    (_, kind) => {
      const { settings } = generateScenario(1, { operations: 1 }).topology;
      for (let seed = 1; seed <= 20; seed++) {
        const context = { nodes: 3, settings, activeMs: 10_000 };
        let fault: Fault = { ...kind.generate(drawOf(seed, kind.kind), context), id: 'fault', kind: kind.kind };
        expect(JSON.parse(JSON.stringify(fault))).toEqual(fault);
        let steps = 0;
        for (let next = kind.shrink(fault); next.length > 0; next = kind.shrink(fault)) {
          for (const smaller of next) expect(smaller).toMatchObject({ id: 'fault', kind: kind.kind });
          fault = next[0]!;
          expect((steps += 1)).toBeLessThan(50);
        }
      }
    },
  );

  test('says what it does, where it was seen, and how it is named; names are unique', () => {
    for (const { does, seen, address, shrinks } of faultKinds) {
      for (const words of [does, seen, address, shrinks]) expect(words.length).toBeGreaterThan(5);
    }
    expect(new Set(faultKinds.map(({ kind }) => kind)).size).toBe(faultKinds.length);
  });

  test('those that must not meet name kinds that exist', () => {
    const names = new Set(faultKinds.map(({ kind }) => kind));
    for (const { notWith = [] } of faultKinds) for (const other of notWith) expect(names).toContain(other);
  });
});

test('what breaks the foundations is generated only when asked for', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const scenario = generateScenario(seed, { swarm: false, operations: 1 });
    for (const fault of scenario.faults) {
      const kind = faultKinds.find(({ kind: name }) => name === fault.kind)!;
      expect(kind.promise(fault, scenario)).not.toBe('beyond');
    }
  }
});

test('one clock of a machine stands still, never the one and then the other', () => {
  const frozen = new Map<string, Set<unknown>>();
  for (let seed = 1; seed <= 60; seed++) {
    const { faults } = generateScenario(seed, { swarm: false, operations: 1, nodes: 2, faults: ['clock-freeze'] });
    for (const { node, which } of faults) {
      const name = `${seed}/${node}`;
      frozen.set(name, (frozen.get(name) ?? new Set()).add(which));
    }
  }
  expect(Math.max(...[...frozen.values()].map(({ size }) => size))).toBe(1);
  expect(new Set([...frozen.values()].flatMap((which) => [...which]))).toEqual(new Set(['wall', 'monotonic']));
});
