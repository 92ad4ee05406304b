import type { CommandDescription } from './command-description.ts';

export const runDescription: CommandDescription = {
  name: 'run',
  summary: 'run a node: an etcd v3 server whose data lives in an object store',
  description:
    'Runs a node: an etcd v3 server whose data lives in an object store. One node of a database leads and serves; ' +
    'others on the same store stand by and take over when it is gone. SIGTERM or SIGINT stops it in good order.',
  json: false,
  examples: [
    ['t4 run --store file:./t4-data/store', 'everything in a folder of this machine'],
    ['t4 run --store s3://bucket/prefix', 'in S3, credentials from the usual places'],
    ['t4 run --s3-bucket bucket --s3-endpoint http://127.0.0.1:9000 --s3-force-path-style', 'MinIO and the like'],
    ['T4_STORE=s3://bucket/prefix T4_LISTEN=127.0.0.1:0 t4 run', 'from the environment'],
    ['t4 run --config /etc/t4.yaml', 'from a file'],
  ],
  after: 'Exit code: 0 stopped in good order, 1 failed, 2 settings that make no sense.',
  run: async (context) => (await import('../run.ts')).run(context),
};
