import type { CommandDescription } from './command-description.ts';
import { patienceNote } from './notes.ts';

export const gcDescription: CommandDescription = {
  name: 'gc',
  summary: 'delete what nothing needs any more',
  description:
    'Condemns the objects that no checkpoint and no branch needs and gives up what is older than the retention, and deletes what was ' +
    'condemned longer ago than the grace period. A node may run meanwhile, and other collectors; leaders do the same by themselves (--collect-interval).',
  options: [
    ['--dry-run', 'Only say what would go.'],
    [
      '--retention <DURATION|SIZE|forever>',
      'Keep checkpoints and the log of so long, or so much of them, this once. (default: what the database was told)',
    ],
    ['--grace <DURATION>', 'Delete what was condemned longer ago than this. (default: 1h)'],
  ],
  json: true,
  examples: [
    ['t4 gc --store s3://bucket/prefix --dry-run', 'what would go'],
    ['t4 gc --store s3://bucket/prefix --retention 168h', 'keep a week'],
  ],
  after: `Exit code: 0 done, 1 something that says what is needed is damaged, so nothing was deleted, 2 wrong usage, 3 the store cannot be used.\n${patienceNote}`,
  run: async (context) => (await import('../gc.ts')).gc(context),
};
