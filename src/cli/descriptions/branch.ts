import type { CommandDescription } from './command-description.ts';
import { patienceNote } from './notes.ts';

export const branchCreateDescription: CommandDescription = {
  name: 'branch create',
  summary: 'make a branch, of now or of any revision or moment that is kept',
  description:
    'Makes a branch: a database of its own that begins as another one was, now or at a revision or moment that is kept. Nothing is copied, ' +
    'however large the database is; what either writes never shows in the other. A node may run meanwhile.',
  argument: ['<name>', 'a name of a-z, 0-9, dot, underscore and hyphen, at most 64 characters'],
  options: [
    ['--from <URL>', 'The database to begin from, as for --store; that may be a branch.'],
    ['--at-revision <N>', 'As it was at this revision. (default: the newest)'],
    ['--at-time <TIME>', 'As it was then: 2026-03-01T12:00:00Z, or how long ago: -90m, -24h.'],
  ],
  json: true,
  examples: [
    ['t4 branch create try-1 --from s3://bucket/prefix', 'as it is now'],
    ['t4 branch create before --from s3://bucket/prefix --at-time -2h', 'as it was two hours ago'],
    ['t4 run --store s3://bucket/prefix/branches/try-1', 'a node of the branch'],
  ],
  after: `Exit code: 0 made, 1 not made: the name is taken, or what it would begin as is not kept, 2 wrong usage, 3 the store cannot be used.\n${patienceNote}`,
  run: async (context) => (await import('../branch.ts')).branchCreate(context),
};

export const branchListDescription: CommandDescription = {
  name: 'branch list',
  summary: 'show the branches of a store as a tree',
  description:
    'Shows the databases of a store as a tree: where each branch left its parent, when it was made, what its own objects weigh, and what its ' +
    'parent keeps for it alone, which deleting it gives free.',
  argument: ['[url]', 'the store, or one of its branches, as for --store'],
  json: true,
  examples: [
    ['t4 branch list s3://bucket/prefix', 'for a person'],
    ['t4 branch list file:./t4-data/store --json', 'for a machine'],
  ],
  after: `Exit code: 0 listed, 1 something is damaged or missing, 2 wrong usage, 3 the store cannot be used.\n${patienceNote}`,
  run: async (context) => (await import('../branch.ts')).branchList(context),
};

export const branchDeleteDescription: CommandDescription = {
  name: 'branch delete',
  summary: 'delete a branch',
  description:
    'Deletes a branch, and what its parent keeps for it. A node that runs it stops. One that has branches of its own is refused; with --force it is ' +
    'closed at once, and goes when the last of them is deleted.',
  argument: ['<name>', 'name of the branch'],
  options: [
    ['--from <URL>', 'The store, or any database of it, as for --store.'],
    ['--force', 'Also one that has branches: they stay whole.'],
  ],
  json: true,
  examples: [
    ['t4 branch delete try-1 --from s3://bucket/prefix', 'the branch and its objects'],
    ['t4 branch delete try-1 --from s3://bucket/prefix --force', 'although others began from it'],
  ],
  after: `Exit code: 0 deleted, 1 not deleted: there is none, or it has branches, 2 wrong usage, 3 the store cannot be used.\nAfter an interruption the same command goes on.\n${patienceNote}`,
  run: async (context) => (await import('../branch.ts')).branchDelete(context),
};
