import * as original from '../../src/core/archive/collect-segments.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/archive/collect-segments.ts';

export const mutant: Mutant = {
  name: 'archive-leaves-out-segment',
  replaces: 'src/core/archive/collect-segments.ts',
  breaks: 'collection',
  description: 'Leaves one segment out of an archive, so that those after it stand for other slots.',
};

export const segmentsOfSlots: typeof original.segmentsOfSlots = function* (...given) {
  const found = yield* original.segmentsOfSlots(...given);
  if (found.segments.length < 3) return found;
  return { ...found, segments: found.segments.filter((_, index) => index !== 1) };
};
