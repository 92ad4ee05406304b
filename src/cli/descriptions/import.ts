import { endpointOptions } from '../endpoint-options.ts';
import type { CommandDescription } from './command-description.ts';
import { patienceNote } from './notes.ts';

export const importDescription: CommandDescription = {
  name: 'import',
  summary: 'make a new database from an etcd: from its snapshot, or from one that runs',
  description:
    'Makes a new database of what an etcd holds: keys with their history and revisions, leases, users and roles. From a snapshot that was saved, from ' +
    'a database file that was copied, or from an etcd that runs, whose snapshot is asked for. It refuses a store that has a database; ' +
    'the new one is there when it is whole, and not before.',
  options: [
    ['--from-snapshot <FILE>', 'What etcdctl snapshot save wrote, or member/snap/db of an etcd that is stopped.'],
    ['--from-endpoint <URL>', 'An etcd that runs: http://HOST:PORT, or https:// for one with TLS.'],
    ['--skip-hash-check', 'Take a snapshot although its hash does not hold.'],
    ['--folder <DIR>', "Where what is received is kept meanwhile. (default: the system's for temporary files)"],
    ...endpointOptions,
  ],
  json: true,
  examples: [
    ['t4 import --from-snapshot backup.db --store s3://bucket/prefix', 'from a backup'],
    ['t4 import --from-endpoint http://127.0.0.1:2379 --store file:./t4-data/store', 'from an etcd that runs'],
    [
      't4 import --from-endpoint https://etcd:2379 --cacert ca.pem --user root --password-file root.txt --store s3://bucket/prefix',
      'with TLS and users',
    ],
  ],
  after: `Exit code: 0 imported, 1 not imported: the snapshot is damaged, or there is a database already, 2 wrong usage, 3 the store or the etcd cannot be used, or it was interrupted.
${patienceNote}`,
  run: async (context) => (await import('../import.ts')).importCommand(context),
};
