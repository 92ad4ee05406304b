import type { CommandDescription } from './command-description.ts';
import { patienceNote } from './notes.ts';

export const historyDescription: CommandDescription = {
  name: 'history',
  summary: 'list every version of a key that is kept',
  description:
    'Lists every version of a key that the object store keeps, the oldest first: those that the oldest checkpoint holds, and ' +
    'all that the log holds after it, compacted or not. Needs no node.',
  argument: ['<key>', 'the key, as text'],
  options: [
    ['--limit <N>', 'Only the newest N.'],
    ['--values', 'With the values.'],
    ['--hex', 'KEY is given as hexadecimal bytes.'],
  ],
  json: true,
  examples: [
    ['t4 history --store s3://bucket/prefix settings', 'revision, time, version and size of each'],
    ['t4 history --store s3://bucket/prefix settings --limit 10 --values', 'the last ten, with their values'],
  ],
  after: `Exit code: 0 listed, 1 nothing is kept of such a key, or something is damaged, 2 wrong usage, 3 the store cannot be used.\n${patienceNote}`,
  run: async (context) => (await import('../history.ts')).history(context),
};
