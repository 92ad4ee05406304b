import { endpointOptions } from '../endpoint-options.ts';
import type { CommandDescription } from './command-description.ts';

export const statusDescription: CommandDescription = {
  name: 'status',
  summary: 'ask a running node how it is',
  description:
    'Asks a running node for its role, its revision and its members, what its database keeps, and what it has asked of the object store.',
  options: [...endpointOptions],
  json: true,
  examples: [
    ['t4 status', 'the node on 127.0.0.1:2379'],
    ['t4 status --endpoint 10.0.0.7:2379 --json', 'another one, for a machine'],
  ],
  after: 'Exit code: 0 healthy, 1 unhealthy, 2 wrong usage, 3 nobody answered.',
  run: async (context) => (await import('../status.ts')).status(context),
};
