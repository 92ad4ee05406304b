import * as original from '../../src/core/write/slot-holder.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/write/slot-holder.ts';

export const mutant: Mutant = {
  name: 'own-answer-is-fence',
  replaces: 'src/core/write/slot-holder.ts',
  breaks: 'one log',
  description: "Reads its own segment, whose answer was lost, as somebody else's, and moves on to the next slot.",
};

export const slotHolder: typeof original.slotHolder = (found, own) => {
  const holder = original.slotHolder(found, own);
  return holder === 'ours' ? 'earlier' : holder;
};
