import type { CommandDescription } from './command-description.ts';
import { cutHelp, patienceNote } from './notes.ts';

export const diffDescription: CommandDescription = {
  name: 'diff',
  summary: 'show which keys differ between two revisions or moments',
  description:
    'Shows which keys were added, changed or deleted between two revisions or moments, by content: a key that has the same value ' +
    'and lease again is no difference. Needs no node.',
  options: [
    ['--from <REV|TIME>', cutHelp('From here.')],
    ['--to <REV|TIME>', 'To here; forms as for --from. (default: the newest)'],
    ['--prefix <PREFIX>', 'Only keys that begin with this. (default: every key)'],
    ['--hex', 'PREFIX is given as hexadecimal bytes.'],
    ['--values', 'With the values.'],
  ],
  json: true,
  examples: [
    ['t4 diff --store s3://bucket/prefix --from 1000 --to 1042', 'what 42 revisions changed'],
    ['t4 diff --store s3://bucket/prefix --from -24h --prefix /config/ --values', 'since yesterday, below a prefix'],
  ],
  after: `Exit code: 0 nothing differs, 1 something does, 2 wrong usage, 3 it could not be told: compacted, damaged, or the store cannot be used.\n${patienceNote}`,
  run: async (context) => (await import('../diff.ts')).diff(context),
};
