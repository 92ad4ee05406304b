import * as original from '../../src/core/recover/is-beyond.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/recover/is-beyond.ts';

export const mutant: Mutant = {
  name: 'cut-off-by-one',
  replaces: 'src/core/recover/is-beyond.ts',
  breaks: 'branches',
  description: 'A branch at a revision has the one after it too.',
};

export const isBeyond: typeof original.isBeyond = (cut, record) =>
  original.isBeyond(cut.kind === 'revision' ? { kind: 'revision', revision: cut.revision + 1 } : cut, record);
