import * as original from '../../src/core/collect/kept-checkpoints.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/collect/kept-checkpoints.ts';

export const mutant: Mutant = {
  name: 'size-retention-counts-everything-ever',
  replaces: 'src/core/collect/kept-checkpoints.ts',
  breaks: 'collection',
  description:
    'Holds against a retention by size all history that the database ever had, also what was collected long ago.',
};

export const keptCheckpoints: typeof original.keptCheckpoints = (checkpoints, retention) => {
  const everBytes = checkpoints.at(-1)?.historyBytes ?? 0;
  if (retention.kind !== 'size' || everBytes <= retention.bytes) {
    return original.keptCheckpoints(checkpoints, retention);
  }
  return original.keptCheckpoints(checkpoints, { kind: 'size', bytes: 0 });
};
