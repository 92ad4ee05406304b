import { endpointOptions } from '../endpoint-options.ts';
import type { CommandDescription } from './command-description.ts';
import { patienceNote } from './notes.ts';

export const exportDescription: CommandDescription = {
  name: 'export',
  summary: 'write the database as a snapshot that etcd restores',
  description:
    'Writes the database as a snapshot of an etcd: keys with the history that is kept, leases, users and roles, for etcdctl or etcdutl snapshot restore. ' +
    'From the object store without a node, now or as it was at a revision that is kept; or from a node that runs.',
  options: [
    ['--output <FILE>', 'Where it is written. It must not be there yet.'],
    ['--at-revision <N>', 'As it was at this revision. (default: the newest)'],
    ['--endpoint <URL>', 'Ask this node: http://HOST:PORT, or https:// for one with TLS. (default: none, the store)'],
    ...endpointOptions,
  ],
  json: true,
  examples: [
    ['t4 export --store s3://bucket/prefix --output backup.db', 'the newest revision'],
    ['t4 export --store s3://bucket/prefix --at-revision 1042 --output then.db', 'as it was'],
    ['t4 export --endpoint http://127.0.0.1:2379 --output backup.db', 'from a node that runs'],
  ],
  after: `Exit code: 0 written, 1 not written: what is asked for is not kept, or something is damaged, 2 wrong usage, 3 the store or the node cannot be used, or it was interrupted.
${patienceNote}`,
  run: async (context) => (await import('../export.ts')).exportCommand(context),
};
