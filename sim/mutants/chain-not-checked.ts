import type * as original from '../../src/core/recover/local-log.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/recover/local-log.ts';

// Not in `verify.ts`, for segments too: there epochs and fences leave no way to a segment of another chain, as long as slots keep what
// was written to them. A local disk is where another chain can come from.
export const mutant: Mutant = {
  name: 'chain-not-checked',
  replaces: 'src/core/recover/local-log.ts',
  breaks: 'one log',
  description: 'Goes on with the frames of a local log whatever they say that they follow.',
};

export const framesBeyond: typeof original.framesBeyond = (position, frames) =>
  frames.filter(({ frame }) => frame.firstSequence > position.sequence);

export const isWithinLog: typeof original.isWithinLog = function* () {
  yield* [];
  return true;
};
