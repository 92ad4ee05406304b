import type * as original from '../../src/core/write/may-acknowledge.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/write/may-acknowledge.ts';

export const mutant: Mutant = {
  name: 'acknowledge-before-put',
  replaces: 'src/core/write/may-acknowledge.ts',
  breaks: 'durability',
  description: 'Acknowledges what was sealed without waiting for its slot.',
};

export const mayAcknowledge: typeof original.mayAcknowledge = () => true;
