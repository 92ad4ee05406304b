import * as original from '../../src/core/recover/local-log.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/recover/local-log.ts';

export const mutant: Mutant = {
  name: 'foreign-disk-trusted',
  replaces: 'src/core/recover/local-log.ts',
  breaks: 'durability',
  description:
    'Takes a local log whose chain differs for a part of the log, and clears it instead of keeping it aside.',
};

export const framesBeyond: typeof original.framesBeyond = (position, frames) =>
  original.framesBeyond(position, frames) ?? [];

export const isWithinLog: typeof original.isWithinLog = function* () {
  yield* [];
  return true;
};
