import * as original from '../../src/core/checkpoint/may-keep-unit.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/checkpoint/may-keep-unit.ts';

export const mutant: Mutant = {
  name: 'checkpoint-forgets-deletions',
  replaces: 'src/core/checkpoint/may-keep-unit.ts',
  breaks: 'checkpoints',
  description: 'Takes over chunks of which something was compacted away: deleted keys come back.',
};

export const mayKeepUnit: typeof original.mayKeepUnit = (ground) =>
  original.mayKeepUnit({ ...ground, versionsRetained: Math.max(ground.versionsRetained, ground.versionsHeld) });
