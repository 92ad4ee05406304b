import type { CommandDescription } from './command-description.ts';
import { patienceNote } from './notes.ts';

export const restoreDescription: CommandDescription = {
  name: 'restore',
  summary: 'bring back what a database was at a revision or a moment, as a branch or in place',
  description:
    'Brings back what a database was at a revision or a moment that is kept: as a branch beside it, or in place. In place the database goes on under the ' +
    'same URL, above every revision that it ever had; what is in between is compacted, so watchers are told. Nodes that run follow by themselves. ' +
    'What was abandoned stays for as long as it is retained, and comes back the same way.',
  options: [
    ['--from <URL>', 'The database, as for --store; that may be a branch.'],
    ['--at-revision <N>', 'As it was at this revision.'],
    ['--at-time <TIME>', 'As it was then: 2026-03-01T12:00:00Z, or how long ago: -90m, -24h.'],
    ['--to <NAME>', 'Make a branch of this name, and leave the database as it is.'],
    ['--in-place', 'Roll the database itself back. Asks for --yes.'],
    ['--yes', 'Do it.'],
    ['--dry-run', 'Only say what would come back, and what would be abandoned.'],
  ],
  json: true,
  examples: [
    ['t4 restore --from s3://bucket/prefix --at-time -2h --to before', 'a branch, to look at or to run'],
    ['t4 restore --from s3://bucket/prefix --at-revision 1042 --in-place --dry-run', 'what a rollback would abandon'],
    ['t4 restore --from s3://bucket/prefix --at-revision 1042 --in-place --yes', 'roll back'],
  ],
  after: `Exit code: 0 restored, 1 not restored: what is asked for is not kept, --yes is missing, or a node took over meanwhile, 2 wrong usage, 3 the store cannot be used.\nAfter an interruption the same command may be given again.\n${patienceNote}`,
  run: async (context) => (await import('../restore.ts')).restore(context),
};
