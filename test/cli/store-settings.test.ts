import { expect, it } from 'vitest';
import { parseConfigFile } from '../../src/cli/config-file.ts';
import { resolveSettings, type Environment } from '../../src/cli/resolve-settings.ts';
import type { SettingName } from '../../src/cli/settings.ts';
import { storeTargetOf, type StoreTarget } from '../../src/cli/store-settings.ts';

type Flags = Partial<Record<SettingName, string>>;

function target(flags: Flags, environment: Environment = {}, file?: string): StoreTarget | undefined {
  const entries = Object.entries(flags).map(([name, value]) => [name as SettingName, [value]] as const);
  const values = file === undefined ? undefined : { path: 't4.yaml', values: parseConfigFile(file, 't4.yaml') };
  return storeTargetOf(resolveSettings({ command: 'run', flags: new Map(entries), environment, file: values }));
}

it('puts an S3 store together from its settings', () => {
  const flags = {
    's3-bucket': 'bucket',
    's3-prefix': 'a/b',
    's3-endpoint': 'http://127.0.0.1:9000',
    's3-region': 'eu-central-1',
    's3-force-path-style': 'true',
  };
  expect(target(flags, { T4_S3_ACCESS_KEY_ID: 'ID', T4_S3_SECRET_ACCESS_KEY: 'SECRET' })).toEqual({
    location: {
      kind: 's3',
      bucket: 'bucket',
      prefix: 'a/b',
      endpoint: 'http://127.0.0.1:9000',
      region: 'eu-central-1',
      forcePathStyle: true,
    },
    credentials: { accessKeyId: 'ID', secretAccessKey: 'SECRET' },
  });
});

it('takes a URL, and settings beside an S3 URL', () => {
  expect(target({ store: 'file:./x' })?.location).toEqual({ kind: 'file', path: './x' });
  expect(
    target({ store: 's3://bucket/p?path-style=true' }, { T4_S3_ENDPOINT: 'http://127.0.0.1:9' })?.location,
  ).toEqual({
    kind: 's3',
    bucket: 'bucket',
    prefix: 'p',
    forcePathStyle: true,
    endpoint: 'http://127.0.0.1:9',
  });
  expect(target({})).toBeUndefined();
});

it('lets the stronger place name the store', () => {
  const environment = { T4_S3_BUCKET: 'bucket', T4_S3_PREFIX: 'p', T4_S3_REGION: 'r' };
  expect(target({ store: 'memory:' }, environment)?.location).toEqual({ kind: 'memory', name: '' });
  expect(target({}, environment, 'store: memory:x')?.location).toMatchObject({ kind: 's3', bucket: 'bucket' });
});

it('lets the stronger of URL and setting win', () => {
  const store = 's3://bucket?endpoint=http://127.0.0.1:1';
  expect(target({ store }, { T4_S3_ENDPOINT: 'http://127.0.0.1:2' })?.location).toMatchObject({
    endpoint: 'http://127.0.0.1:1',
  });
  const stronger = target({ 's3-endpoint': 'http://127.0.0.1:2' }, { T4_STORE: store });
  expect(stronger?.location).toMatchObject({ endpoint: 'http://127.0.0.1:2' });
});

it.each<[Flags, Environment, string]>([
  [{ store: 'memory:', 's3-bucket': 'b' }, {}, '--store and --s3-bucket name two stores'],
  [{ 's3-prefix': 'p' }, {}, '--s3-prefix means nothing without --s3-bucket'],
  [{}, { T4_S3_ENDPOINT: 'http://127.0.0.1:1' }, 'T4_S3_ENDPOINT means nothing without --s3-bucket'],
  [{ store: 'memory:', 's3-region': 'r' }, {}, '--s3-region means nothing without an S3 store'],
  [
    { store: 's3://bucket/p', 's3-prefix': 'q' },
    {},
    '--s3-prefix means nothing without --s3-bucket (the prefix of --store is part of its URL)',
  ],
  [{ store: 's3://bucket?region=x', 's3-region': 'y' }, {}, '--s3-region says y, the URL of the store says x'],
  [{ store: 'ftp://x' }, {}, '--store: unknown kind of store ftp: (known: file:PATH, s3://BUCKET/PREFIX or memory:)'],
  [{ 's3-bucket': 'bucket', 's3-access-key-id': 'I' }, {}, '--s3-access-key-id needs s3-secret-access-key beside it'],
  [
    { 's3-bucket': 'bucket', 's3-endpoint': 'nonsense' },
    {},
    'the S3 store: endpoint "nonsense" is not an http:// or https:// URL',
  ],
  [
    { 's3-bucket': 'bucket', 's3-access-key-id': 'I', 's3-profile': 'p' },
    { T4_S3_SECRET_ACCESS_KEY: 'S' },
    'an access key and a profile are two sources of credentials',
  ],
])('refuses %j %j', (flags, environment, message) => {
  expect(() => target(flags, environment)).toThrow(message);
});

it('never repeats credentials of a URL', () => {
  for (const flags of [
    { store: 's3://id:hunter2@bucket' },
    { 's3-bucket': 'bucket', 's3-endpoint': 'http://id:hunter2@h' },
  ]) {
    const refuse = (): unknown => target(flags);
    expect(refuse).toThrow(/takes no credentials/);
    expect(refuse).not.toThrow(/hunter2/);
  }
});
