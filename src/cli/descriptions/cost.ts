import { endpointOptions } from '../endpoint-options.ts';
import type { CommandDescription } from './command-description.ts';
import { patienceNote } from './notes.ts';

export const costDescription: CommandDescription = {
  name: 'cost',
  summary: 'tell what a month costs at an object store’s prices',
  description:
    'Tells what a month of the present load costs at the public prices of S3, item by item, and what another value of each setting would change: ' +
    'requests from the counters of a running node, storage from a listing of the store. Says what it rests on.',
  options: [
    ['--sample <DURATION>', 'Count from now on for so long. (default: all that the node has counted since it started)'],
    ['--prices <FILE>', 'Other prices, YAML or JSON. (default: S3 Standard, us-east-1)'],
    ...endpointOptions,
  ],
  json: true,
  examples: [
    ['t4 cost', 'of the node on 127.0.0.1:2379'],
    ['t4 cost --endpoint 127.0.0.1:2379 --store s3://bucket/prefix', 'with all that is stored'],
    ['t4 cost --store s3://bucket/prefix', 'storage alone, without a node'],
  ],
  after: `Exit code: 0 told, 1 too little was counted to tell, or something is damaged, 2 wrong usage, 3 nobody answered, or the store cannot be used.\n${patienceNote}`,
  run: async (context) => (await import('../cost.ts')).cost(context),
};
