import type { Guarantee } from '../oracle/violation.ts';

/** What holds by conditional writes alone, whatever clocks say. Not the freshness of reads, nor when leases end. */
export const keptWithoutClocks: readonly Guarantee[] = [
  'one log',
  'one live epoch',
  'revisions',
  'durability',
  'exactly once',
  'checkpoints',
  'watch order',
  'watch atomicity',
  'watch reliability',
  'watch content',
  'watch compaction',
  'lease keys together',
];

/** What holds in the object store, whatever was lost with a disk that alone held it. */
export const keptWithoutDisks: readonly Guarantee[] = [
  'one log',
  'revisions',
  'checkpoints',
  'watch atomicity',
  'lease keys together',
];
