import { endpointOptions } from '../endpoint-options.ts';
import type { CommandDescription } from './command-description.ts';

export const checkpointDescription: CommandDescription = {
  name: 'checkpoint',
  summary: 'have a running node write a checkpoint now',
  description:
    'Asks the node that leads for a checkpoint of everything that is in the log now, and waits until the manifest names it. ' +
    'It uploads what changed since the last one. Writes go on meanwhile.',
  options: [...endpointOptions],
  json: true,
  examples: [
    ['t4 checkpoint', 'the node on 127.0.0.1:2379'],
    ['t4 checkpoint --endpoint 10.0.0.7:2379 --json', 'another one, for a machine'],
  ],
  after:
    'Exit code: 0 written, 1 not written: the node does not lead, or it could not, 2 wrong usage, 3 nobody answered.\n' +
    'Whoever asks may be interrupted: the node goes on.',
  run: async (context) => (await import('../checkpoint.ts')).checkpoint(context),
};
