import * as original from '../../src/core/write/slot-holder.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/write/slot-holder.ts';

export const mutant: Mutant = {
  name: 'no-epoch-check-on-commit',
  replaces: 'src/core/write/slot-holder.ts',
  breaks: 'one live epoch',
  description: "Takes a later reign's segment in its slot for an earlier one's, and commits behind it.",
};

export const slotHolder: typeof original.slotHolder = (found, own) => {
  const holder = original.slotHolder(found, own);
  return holder === 'later' ? 'earlier' : holder;
};
