import * as original from '../../src/core/recover/local-log.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/recover/local-log.ts';

export const mutant: Mutant = {
  name: 'foreign-disk-trusted',
  replaces: 'src/core/recover/local-log.ts',
  breaks: 'liveness',
  description: 'Goes on from a local log whose chain differs from that of the slots.',
};

export const framesBeyond: typeof original.framesBeyond = (position, frames) =>
  original.framesBeyond(position, frames) ?? [];

export const isWithinLog: typeof original.isWithinLog = function* () {
  yield* [];
  return true;
};
