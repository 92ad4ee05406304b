import type * as original from '../../src/core/format/checksum.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/format/checksum.ts';

export const mutant: Mutant = {
  name: 'checksum-not-verified',
  replaces: 'src/core/format/checksum.ts',
  breaks: 'durability',
  description: 'Takes stored bytes for whole without checking their checksum.',
};

export const checkChecksum: typeof original.checkChecksum = () => undefined;
