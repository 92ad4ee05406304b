import type { CommandDescription } from './command-description.ts';
import { cutHelp, patienceNote } from './notes.ts';

export const catDescription: CommandDescription = {
  name: 'cat',
  summary: 'print the value of a key, now or as it was',
  description:
    'Prints the value of a key as it is in the object store, now or at an earlier revision or moment: its bytes, and nothing else. ' +
    'Needs no node, and asks none.',
  argument: ['<key>', 'the key, as text'],
  options: [
    ['--at <REV|TIME>', cutHelp('The content at this revision or moment instead of the newest.')],
    ['--hex', 'KEY is given as hexadecimal bytes.'],
  ],
  json: true,
  examples: [
    ['t4 cat --store s3://bucket/prefix settings', 'the newest value'],
    ['t4 cat --store s3://bucket/prefix settings --at 1042', 'as it was at a revision'],
    ['t4 cat --store s3://bucket/prefix settings --at -90m --json', 'an hour and a half ago, with revision and lease'],
  ],
  after: `Exit code: 0 printed, 1 there is no such key then, or something is damaged, 2 wrong usage, 3 the store cannot be used.\n${patienceNote}`,
  run: async (context) => (await import('../cat.ts')).cat(context),
};
