import * as original from '../../src/core/state/key-range.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/state/key-range.ts';

export const mutant: Mutant = {
  name: 'range-end-included',
  replaces: 'src/core/state/key-range.ts',
  breaks: 'linearizability',
  description: 'A range includes the key at its end.',
};

export const endOfRange: typeof original.endOfRange = (rangeEnd) => {
  const end = original.endOfRange(rangeEnd);
  return end === undefined ? undefined : `${end}\0`;
};
