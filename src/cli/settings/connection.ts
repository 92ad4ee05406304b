import { duration, nodeAddress } from '../setting.ts';
import { required } from './describe.ts';

const shared = { group: 'Connection', commands: ['status', 'checkpoint', 'cost'] } as const;

/** Which node a command asks. */
export const connectionSettings = {
  endpoint: required(nodeAddress(), {
    ...shared,
    help: 'Address of the node to ask; https://HOST:PORT of one with TLS.',
    default: '127.0.0.1:2379',
  }),
  timeout: required(duration('10ms', '10m'), {
    ...shared,
    help: 'How long to wait for the answer.',
    default: '5s',
  }),
} as const;
