import * as original from '../../src/core/archive/collect-segments.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/archive/collect-segments.ts';

export const mutant: Mutant = {
  name: 'archived-fences-forgotten',
  replaces: 'src/core/archive/collect-segments.ts',
  breaks: 'collection',
  description:
    'An archive does not say which of its segments are fences, so the slots that a sleeper may still fill are deleted.',
};

export const segmentsOfSlots: typeof original.segmentsOfSlots = function* (...given) {
  const found = yield* original.segmentsOfSlots(...given);
  return { ...found, segments: found.segments.map(({ bytes }) => ({ isFence: false, bytes })) };
};
