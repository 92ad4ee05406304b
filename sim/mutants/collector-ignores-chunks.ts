import type * as original from '../../src/core/collect/named-by.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/collect/named-by.ts';

export const mutant: Mutant = {
  name: 'collector-ignores-chunks',
  replaces: 'src/core/collect/named-by.ts',
  breaks: 'collection',
  description: 'Takes the chunks that a page names for unreachable.',
};

export const namedByPage: typeof original.namedByPage = () => [];
