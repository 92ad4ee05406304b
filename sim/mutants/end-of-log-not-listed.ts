import type * as original from '../../src/core/store/list.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/store/list.ts';

export const mutant: Mutant = {
  name: 'end-of-log-not-listed',
  replaces: 'src/core/store/list.ts',
  breaks: 'liveness',
  description:
    'Takes every listing for empty: a slot filled behind the end it read is not seen, nor a log that lost a slot.',
};

export const listKeys: typeof original.listKeys = function* () {
  yield* [];
  return [];
};
