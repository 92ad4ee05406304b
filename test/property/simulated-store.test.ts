import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failureKey } from '../../sim/search/failure.ts';
import { subject } from '../../sim/search/store-subject.ts';
import { generateScenario } from '../../sim/generate.ts';
import type { Scenario } from '../../sim/types/scenario.ts';

/**
 * The simulator's world driven by fast-check: a scenario is plain data, a run is synchronous, so fast-check's own shrinker works on it. It draws
 * a short world, and which of its operations and faults stay; it shrinks to the fewest, each of them as the generator made it.
 */
const activeMs = 10_000;
const worldsMax = 1_000;

const scenarios: fc.Arbitrary<Scenario> = fc
  .integer({ min: 0, max: worldsMax })
  .map((seed) => generateScenario(seed, { activeMs, operations: 20 }))
  .chain((world) => {
    const probes = world.operations.filter(({ client }) => client === 'probe');
    const others = world.operations.filter(({ client }) => client !== 'probe');
    return fc
      .tuple(fc.subarray(others, { minLength: 0 }), fc.subarray([...world.faults], { minLength: 0 }))
      .map(([operations, faults]) => ({ ...world, operations: [...operations, ...probes], faults }));
  });

test('whatever is left out of a world, no guarantee is broken, and nothing stays unknown', () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      expect(failureKey(subject.run(scenario).verdict)).toBeUndefined();
    }),
    { numRuns: 25, seed: 1 },
  );
});

test('a scenario survives its way through JSON: the same hash', () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const copy = JSON.parse(JSON.stringify(scenario)) as Scenario;
      expect(subject.run(copy).trace.hash).toBe(subject.run(scenario).trace.hash);
    }),
    { numRuns: 5, seed: 2 },
  );
});
