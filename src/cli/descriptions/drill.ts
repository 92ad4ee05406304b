import { endpointOptions } from '../endpoint-options.ts';
import type { CommandDescription } from './command-description.ts';
import { patienceNote } from './notes.ts';

export const drillDescription: CommandDescription = {
  name: 'drill',
  summary: 'rehearse a recovery, and prove that it comes to the same state',
  description:
    'Makes a branch of the database, recovers it with a real node on an empty folder, and holds its state against the running server, ' +
    'or without --endpoint against what the log comes to; then removes both. For a cron job or CI. Nodes may run meanwhile.',
  argument: ['[url]', 'the store, as for --store'],
  options: [
    [
      '--endpoint <URL>',
      'The running server to compare with: HOST:PORT, or https://HOST:PORT of one with TLS. (default: none, what the log comes to)',
    ],
    ['--at-revision <N>', 'Recover and compare at this revision. (default: the newest)'],
    ['--folder <DIR>', "Where the node's folder is made, and removed. (default: the system's for temporary files)"],
    ['--max-time-to-ready <DURATION>', 'Fail if the first read is answered later than this.'],
    ['--max-time-to-full <DURATION>', 'Fail if everything is local later than this.'],
    ['--timeout <DURATION>', 'Give up after this. (default: 30m)'],
    ['--report <FILE>', 'Write the report to this file too, as JSON.'],
    ['--junit <FILE>', "Write it to this file as JUnit's XML."],
    ...endpointOptions,
  ],
  json: true,
  examples: [
    ['t4 drill s3://bucket/prefix --endpoint 127.0.0.1:2379', 'against the running server'],
    ['t4 drill s3://bucket/prefix --max-time-to-ready 30s --junit drill.xml', 'in CI, without a server'],
  ],
  after: `Exit code: 0 recovered, and the same, 1 not recovered: something is damaged or missing, 2 wrong usage, 3 nothing is known: the store or the server cannot be used, or it was interrupted, 4 another state, 5 too slow.\n${patienceNote}`,
  run: async (context) => (await import('../drill.ts')).drill(context),
};
