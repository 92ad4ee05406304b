import type * as original from '../../src/core/restore/may-name-successor.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/restore/may-name-successor.ts';

export const mutant: Mutant = {
  name: 'rollback-over-a-reign',
  replaces: 'src/core/restore/may-name-successor.ts',
  breaks: 'durability',
  description:
    'A rollback names what goes on even if a node has led the database since the log was fenced for it: what that one acknowledged is left behind.',
};

export const mayNameSuccessor: typeof original.mayNameSuccessor = ({ successor, removed }) =>
  successor === undefined && !removed;
