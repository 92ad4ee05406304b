import * as original from '../../src/core/recover/verify.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/recover/verify.ts';

export const mutant: Mutant = {
  name: 'zombie-segments-applied',
  replaces: 'src/core/recover/verify.ts',
  breaks: 'liveness',
  description: 'Does not pass over segments whose epoch is lower than that of an earlier slot.',
};

export const segmentPlace: typeof original.segmentPlace = (position, header) =>
  header.epoch < position.epoch ? 'next' : original.segmentPlace(position, header);
