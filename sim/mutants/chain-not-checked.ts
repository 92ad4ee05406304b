import type * as original from '../../src/core/recover/verify.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/recover/verify.ts';

export const mutant: Mutant = {
  name: 'chain-not-checked',
  replaces: 'src/core/recover/verify.ts',
  breaks: 'durability',
  description: 'Applies a segment or a frame whatever it says that it follows.',
};

export const segmentPlace: typeof original.segmentPlace = (position, header) =>
  header.epoch < position.epoch ? 'dead' : 'next';

export const frameBreak: typeof original.frameBreak = () => undefined;
