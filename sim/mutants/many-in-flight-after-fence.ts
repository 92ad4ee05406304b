import type * as original from '../../src/core/write/may-publish.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/write/may-publish.ts';

export const mutant: Mutant = {
  name: 'many-in-flight-after-fence',
  replaces: 'src/core/write/may-publish.ts',
  breaks: 'one log',
  description: "Sends several segments at once where an earlier reign's late PUTs may still land.",
};

export const segmentsInFlightAllowed: typeof original.segmentsInFlightAllowed = (_next, _fence, _max, configuredMax) =>
  configuredMax;
