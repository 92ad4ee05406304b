import type * as original from '../../src/core/recover/may-lead-under-rule.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/recover/may-lead-under-rule.ts';

export const mutant: Mutant = {
  name: 'take-over-outside-in-sync',
  replaces: 'src/core/recover/may-lead-under-rule.ts',
  breaks: 'durability',
  description: 'A node whose disk does not hold what was acknowledged last takes over.',
};

export const mayLeadUnderRule: typeof original.mayLeadUnderRule = () => undefined;
