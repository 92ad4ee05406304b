import * as original from '../../src/core/auth/grants.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/auth/grants.ts';

export const mutant: Mutant = {
  name: 'auth-ranges-merged-over-hole',
  replaces: 'src/core/auth/grants.ts',
  breaks: 'authorization',
  description: 'Who may do two ranges may do what lies between them, too.',
};

export const mergeGrants: typeof original.mergeGrants = (permissions) => {
  const merged = original.mergeGrants(permissions);
  const [first] = merged;
  return first === undefined ? merged : [{ start: first.start, end: merged.at(-1)!.end }];
};
