import * as original from '../../src/core/branch/needs-of-base.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/branch/needs-of-base.ts';

export const mutant: Mutant = {
  name: 'pin-without-slots',
  replaces: 'src/core/branch/needs-of-base.ts',
  breaks: 'branches',
  description: 'Pins the checkpoint that a branch begins with, and leaves out the slots after it.',
};

export const needsOfBase: typeof original.needsOfBase = (base) => {
  const needs = original.needsOfBase(base);
  return { ...needs, lastSlot: needs.firstSlot - 1 };
};
