import type * as original from '../../src/core/write/rests-on.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/write/rests-on.ts';

export const mutant: Mutant = {
  name: 'answer-from-uncommitted',
  replaces: 'src/core/write/rests-on.ts',
  breaks: 'linearizability',
  description: 'A failed compare, an error or a read inside a transaction is answered from what is not durable yet.',
};

export const restsOnSequence: typeof original.restsOnSequence = ({ durableSequence }) => durableSequence;
