import type * as original from '../../src/core/recover/reopen.ts';
import { writeLocal } from '../../src/core/recover/replay.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/recover/reopen.ts';

export const mutant: Mutant = {
  name: 'no-fence',
  replaces: 'src/core/recover/reopen.ts',
  breaks: 'one log',
  description: 'Serves without having filled a slot with its fencing segment.',
};

export const reopen: typeof original.reopen = function* (core, reign, recovered) {
  yield* writeLocal([]);
  reign.durableSlot = recovered.nextSlot - 1;
  const { position } = recovered;
  return {
    chain: {
      nextSlot: recovered.nextSlot,
      segmentHash: position.segmentHash,
      nextSequence: position.sequence + 1,
      frameHash: position.frameHash,
      wallMs: recovered.wallMs,
    },
    fenceSlot: recovered.nextSlot - 1,
  };
};
