import { flag, text } from '../setting.ts';
import { optional, required } from './describe.ts';
import { wordProblem, secretProblem } from './text-problems.ts';

const storeCommands = [
  'run',
  'inspect',
  'cat',
  'history',
  'diff',
  'gc',
  'verify',
  'drill',
  'cost',
  'branch create',
  'branch list',
  'branch delete',
  'restore',
  'import',
  'export',
] as const;

const shared = { group: 'Object store', commands: storeCommands } as const;

/** Where the database lives. */
export const objectStoreSettings = {
  store: optional(text('URL'), {
    ...shared,
    help: 'Where the database lives: s3://BUCKET/PREFIX?endpoint=URL&region=NAME&path-style=true&profile=NAME, file:FOLDER, or memory: (gone with the process).',
    defaultNote: 'none: name a store here or with --s3-bucket',
  }),
  's3-bucket': optional(text('NAME', wordProblem), {
    ...shared,
    help: 'Bucket of the store, instead of --store.',
  }),
  's3-prefix': optional(text('PREFIX'), {
    ...shared,
    help: 'Everything of this database lies under this prefix of the bucket.',
    defaultNote: 'the whole bucket',
  }),
  's3-endpoint': optional(text('URL'), {
    ...shared,
    help: 'Address of an S3-compatible service, such as http://127.0.0.1:9000.',
    defaultNote: "Amazon's, for the region",
  }),
  's3-region': optional(text('NAME', wordProblem), {
    ...shared,
    help: 'Region of the bucket.',
    defaultNote: 'AWS_REGION or the profile; us-east-1 with --s3-endpoint',
  }),
  's3-profile': optional(text('NAME'), {
    ...shared,
    help: 'Profile of the AWS configuration files to take credentials from.',
    defaultNote: "the AWS SDK's order: environment, files, container or instance role",
  }),
  's3-access-key-id': optional(text('ID', wordProblem), {
    ...shared,
    help: 'Access key for the bucket, together with s3-secret-access-key.',
    defaultNote: 'see --s3-profile',
  }),
  's3-secret-access-key': optional(text('SECRET', secretProblem), {
    ...shared,
    secret: true,
    help: 'Secret of the access key. Never on the command line, which other users of the machine can read: T4_S3_SECRET_ACCESS_KEY or the config file.',
  }),
  's3-force-path-style': required(flag(), {
    ...shared,
    help: 'Put the bucket into the path of a request instead of the host name; most S3-compatible services want it.',
    default: 'false',
  }),
} as const;
