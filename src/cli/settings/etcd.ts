import { text } from '../setting.ts';
import { optional } from './describe.ts';
import { secretProblem } from './text-problems.ts';

const shared = { group: 'Etcd', commands: ['import', 'export'] } as const;

/** How another etcd is asked. */
export const etcdSettings = {
  'etcd-password': optional(text('PASSWORD', secretProblem), {
    ...shared,
    secret: true,
    help: 'Password of --user, of the etcd or node that is asked; or give --password-file. Never on the command line, which other users of the machine can read: T4_ETCD_PASSWORD or the config file.',
  }),
} as const;
