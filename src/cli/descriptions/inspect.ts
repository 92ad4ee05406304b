import type { CommandDescription } from './command-description.ts';

export const inspectDescription: CommandDescription = {
  name: 'inspect',
  summary: 'show what an object store or one of its objects holds',
  description:
    'Shows what is in a store: a summary of the database, or one object of it decoded. Without a store on the ' +
    'command line TARGET is a file that holds such an object. Reads only.',
  argument: ['[target]', 'key of an object (control, manifest, log/…, checkpoints/…, chunks/…), or a file'],
  json: true,
  examples: [
    ['t4 inspect --store s3://bucket/prefix', 'control, manifest, log, checkpoints'],
    ['t4 inspect --store file:./t4-data/store log/00000000000000000007', 'one segment of the log'],
    ['t4 inspect ./downloaded/manifest --json', 'a file, for a machine'],
  ],
  after: 'Exit code: 0 all is well, 1 something is damaged, missing or not readable, 2 wrong usage.',
  run: async (context) => (await import('../inspect.ts')).inspect(context),
};
