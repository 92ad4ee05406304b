import { endpointOptions } from '../endpoint-options.ts';
import type { CommandDescription } from './command-description.ts';
import { patienceNote } from './notes.ts';

export const verifyDescription: CommandDescription = {
  name: 'verify',
  summary: 'check everything that a database needs of its store',
  description:
    'Reads every object that a database needs and checks it: hashes, references, counts, the chain of the log, and whether each ' +
    'checkpoint is what the log before it comes to. Names what is damaged or missing, and what that costs. Writes nothing; a node may run meanwhile.',
  argument: ['[url]', 'the store, as for --store'],
  options: [
    [
      '--alarm <URL>',
      'If something is found, raise the alarm CORRUPT at this node of the database, so that nothing is changed any more: http://HOST:PORT, or https:// for one with TLS. (default: none)',
    ],
    ...endpointOptions,
  ],
  json: true,
  examples: [
    ['t4 verify s3://bucket/prefix', 'for a person'],
    ['t4 verify file:./t4-data/store --json', 'for a machine'],
    ['t4 verify s3://bucket/prefix --alarm http://127.0.0.1:2379', 'from a cron job'],
  ],
  after: `Exit code: 0 all is well, 1 something is damaged or missing, 2 wrong usage, 3 the store cannot be used, so nothing is known.\n${patienceNote}`,
  run: async (context) => (await import('../verify.ts')).verify(context),
};
