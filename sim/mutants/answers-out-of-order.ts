import * as original from '../../src/core/write/acknowledge.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/write/acknowledge.ts';

export const mutant: Mutant = {
  name: 'answers-out-of-order',
  replaces: 'src/core/write/acknowledge.ts',
  breaks: 'durability',
  description: 'When one group is durable, the answers of those behind it leave too.',
};

export const createPendingAnswers: typeof original.createPendingAnswers = () => {
  const pending = original.createPendingAnswers();
  return { ...pending, release: () => pending.release(Number.MAX_SAFE_INTEGER) };
};
