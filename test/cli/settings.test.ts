import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CliError } from '../../src/cli/cli-error.ts';
import { parseConfigFile } from '../../src/cli/config-file.ts';
import { resolveSettings, type Environment, type Settings } from '../../src/cli/resolve-settings.ts';
import { environmentNameOf, settingNames, settingTable, type SettingName } from '../../src/cli/settings.ts';
import type { Setting } from '../../src/cli/setting.ts';

interface Said {
  readonly flags?: Partial<Record<SettingName, readonly string[]>>;
  readonly environment?: Environment;
  readonly file?: string;
}

function resolve({ flags = {}, environment = {}, file }: Said): Settings {
  return resolveSettings({
    command: 'run',
    flags: new Map(Object.entries(flags) as [SettingName, readonly string[]][]),
    environment,
    file: file === undefined ? undefined : { path: 't4.yaml', values: parseConfigFile(file, 't4.yaml') },
  });
}

function refusal(said: Said): { readonly message: string; readonly hint: string | undefined } {
  try {
    resolve(said);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    expect(error.exitCode).toBe(2);
    return { message: error.message, hint: error.hint };
  }
  throw new Error('it was not refused');
}

/** A value that differs from the default, for every setting. */
const examples: Readonly<Record<SettingName, string>> = {
  store: 's3://bucket/prefix',
  's3-bucket': 'bucket',
  's3-prefix': 'prefix',
  's3-endpoint': 'http://127.0.0.1:9000',
  's3-region': 'eu-central-1',
  's3-profile': 'work',
  's3-access-key-id': 'AKIAEXAMPLE',
  's3-secret-access-key': 'very/secret',
  'etcd-password': 'also/secret',
  's3-force-path-style': 'true',
  'data-dir': '/var/lib/t4',
  'node-id': 'node-1',
  durability: 'local',
  'lease-ttl': '10s',
  'member-interval': '30s',
  listen: '127.0.0.1:1',
  'accept-local-loss': 'true',
  'allow-insecure-listen': 'true',
  'listen-metrics-urls': 'http://127.0.0.1:2381',
  'advertise-client-urls': 'http://a.example:1',
  'request-timeout': '9s',
  'watch-progress-notify-interval': '1m',
  'drain-timeout': '1s',
  'host-whitelist': 't4.example',
  cors: 'https://ui.example',
  'max-request-bytes': '3MiB',
  'max-requests': '100',
  'max-connections': '500',
  'max-connections-per-client': '50',
  'max-concurrent-streams': '50',
  'grpc-keepalive-min-time': '1s',
  'grpc-keepalive-interval': '1m',
  'grpc-keepalive-timeout': '5s',
  'auth-token': 'jwt,sign-method=RS256,priv-key=/etc/t4/token.key',
  'auth-token-ttl': '10m',
  'bcrypt-cost': '12',
  'auth-failures-per-minute': '5',
  'cert-file': '/etc/t4/cert.pem',
  'key-file': '/etc/t4/key.pem',
  'trusted-ca-file': '/etc/t4/ca.pem',
  'client-cert-auth': 'true',
  'client-crl-file': '/etc/t4/crl.pem',
  'client-cert-allowed-cn': 'ann',
  'client-cert-allowed-hostname': 'a.example',
  'auto-tls': 'true',
  'self-signed-cert-validity': '2',
  'cipher-suites': 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'tls-min-version': 'TLS1.3',
  'tls-max-version': 'TLS1.2',
  'log-inflight-max': '8',
  'upload-interval': '250ms',
  'checkpoint-segments': '77',
  'checkpoint-interval': '90s',
  retention: '36GiB',
  'collect-interval': '5m',
  'corrupt-check-time': '24h',
  'initial-corrupt-check': 'true',
  'collect-grace': '20m',
  'auto-compaction-mode': 'revision',
  'auto-compaction-retention': '72h',
  'quota-backend-bytes': '2GiB',
  'max-txn-ops': '512',
  'value-cache-size': '64MiB',
  endpoint: '127.0.0.1:99',
  timeout: '1s',
  'log-level': 'debug',
  'log-format': 'json',
};

function expected(name: SettingName): unknown {
  const result = (settingTable[name] as Setting<unknown>).kind.parse([examples[name]]);
  return result.kind === 'ok' ? result.value : result.message;
}

describe('every setting', () => {
  it.each(settingNames)('%s means the same on the command line, in the environment and in a file', (name) => {
    const places: readonly (readonly [string, Said])[] = [
      ['flag', { flags: { [name]: [examples[name]] } }],
      ['environment', { environment: { [environmentNameOf(name)]: examples[name] } }],
      ['file', { file: `${name}: ${examples[name]}` }],
    ];
    for (const [source, said] of places) {
      const settings = resolve(said);
      expect(settings.values[name]).toEqual(expected(name));
      expect(settings.sources.get(name)).toBe(source);
    }
    expect(resolve({}).values[name]).not.toEqual(expected(name));
  });

  it('has a help sentence and fits its own default', () => {
    for (const name of settingNames) {
      expect((settingTable[name] as Setting<unknown>).help).toMatch(/\.$/);
      expect(() => resolve({})).not.toThrow();
    }
  });
});

describe('precedence', () => {
  const file = 'lease-ttl: 4s';
  const environment = { T4_LEASE_TTL: '5s' };
  const flags = { 'lease-ttl': ['6s'] };

  it('is command line, environment, file, default', () => {
    expect(resolve({}).values['lease-ttl']).toBe(3_000);
    expect(resolve({ file }).values['lease-ttl']).toBe(4_000);
    expect(resolve({ file, environment }).values['lease-ttl']).toBe(5_000);
    expect(resolve({ file, environment, flags }).values['lease-ttl']).toBe(6_000);
  });

  it('checks what is overridden all the same', () => {
    expect(refusal({ file: 'lease-ttl: soon', flags }).message).toBe(
      'lease-ttl in t4.yaml: "soon" is not a duration such as 500ms, 3s or 10m',
    );
  });

  it('takes an empty variable for none', () => {
    expect(resolve({ environment: { T4_LEASE_TTL: '', T4_NONSENSE: '' } }).values['lease-ttl']).toBe(3_000);
  });
});

describe('lists', () => {
  const both = [
    { host: '127.0.0.1', port: 1 },
    { host: '::1', port: 2 },
  ];

  it('may be repeated, written with commas, or be a list in the file', () => {
    expect(resolve({ flags: { listen: ['127.0.0.1:1', '[::1]:2'] } }).values.listen).toEqual(both);
    expect(resolve({ environment: { T4_LISTEN: '127.0.0.1:1, [::1]:2' } }).values.listen).toEqual(both);
    expect(resolve({ file: 'listen: ["127.0.0.1:1", "[::1]:2"]' }).values.listen).toEqual(both);
  });

  it('refuse the same twice, and several values where one is meant', () => {
    expect(refusal({ environment: { T4_LISTEN: '127.0.0.1:1,127.0.0.1:1' } }).message).toBe(
      'T4_LISTEN: 127.0.0.1:1 is given twice',
    );
    expect(refusal({ flags: { 'lease-ttl': ['3s', '4s'] } }).message).toBe(
      '--lease-ttl: takes one value and was given several',
    );
  });
});

describe('unknown names', () => {
  it('in the environment are errors that name the nearest', () => {
    expect(refusal({ environment: { T4_DATADIR: 'x' } })).toEqual({
      message: 'unknown environment variable T4_DATADIR',
      hint: 'did you mean T4_DATA_DIR?',
    });
  });

  it('in the file are errors that name the nearest', () => {
    expect(refusal({ file: 'data_dir: x' })).toEqual({
      message: 't4.yaml has an unknown setting: data_dir',
      hint: 'did you mean data-dir?',
    });
    expect(refusal({ file: 'completely-else: x' }).hint).toMatch(/^settings are: store, /);
  });

  it('leave alone what is not meant as a setting', () => {
    const environment = {
      T4_DEBUG: '1',
      T4_TEST_S3_ENDPOINT: 'http://127.0.0.1:1',
      T4_CONFIG: 'x',
      PATH: '/bin',
      T4_SERVICE_HOST: '10.0.0.1',
      T4_SERVICE_PORT: '2379',
      T4_SERVICE_PORT_CLIENT: '2379',
      T4_PORT: 'tcp://10.0.0.1:2379',
      T4_PORT_2379_TCP: 'tcp://10.0.0.1:2379',
      T4_PORT_2379_TCP_ADDR: '10.0.0.1',
      T4_BLUE_SERVICE_HOST: '10.0.0.2',
    };
    expect(() => resolve({ environment })).not.toThrow();
    expect(refusal({ environment: { T4_PORT: '2379' } }).message).toBe('unknown environment variable T4_PORT');
  });
});

describe('values', () => {
  it.each([
    ['lease-ttl', '1ms', 'T4_LEASE_TTL: 1ms is not between 500ms and 10m'],
    ['lease-ttl', '3', 'T4_LEASE_TTL: "3" is not a duration such as 500ms, 3s or 10m'],
    ['durability', 'quorum', 'T4_DURABILITY: "quorum" is none of object, local'],
    ['log-inflight-max', '0', 'T4_LOG_INFLIGHT_MAX: 0 is not between 1 and 64'],
    ['log-inflight-max', '1.5', 'T4_LOG_INFLIGHT_MAX: "1.5" is not a whole number'],
    ['s3-force-path-style', 'yes', 'T4_S3_FORCE_PATH_STYLE: "yes" is neither true nor false'],
    ['listen', '2379', 'T4_LISTEN: "2379" is not HOST:PORT, as in 127.0.0.1:2379 or [::1]:2379'],
    ['node-id', 'a b', 'T4_NODE_ID: "a b" is not a name of letters, digits, ".", "_" and "-"'],
    [
      'advertise-client-urls',
      'a.example:1',
      'T4_ADVERTISE_CLIENT_URLS: "a.example:1" is not a URL of the form http://HOST:PORT',
    ],
  ] as const)('%s=%s is refused', (name, value, message) => {
    expect(refusal({ environment: { [environmentNameOf(name)]: value } }).message).toBe(message);
  });

  it('that are secret are not repeated in the refusal', () => {
    const { message, hint } = refusal({ environment: { T4_S3_SECRET_ACCESS_KEY: 'top secret' } });
    expect(`${message} ${hint}`).not.toContain('top');
  });
});

describe('config files', () => {
  it('may be JSON, and may be empty', () => {
    const values = resolve({
      file: '{"durability": "local", "s3-force-path-style": true, "log-inflight-max": 2}',
    }).values;
    expect(values.durability).toBe('local');
    expect(values['s3-force-path-style']).toBe(true);
    expect(values['log-inflight-max']).toBe(2);
    expect(resolve({ file: '# nothing yet\n' }).values.durability).toBe('object');
  });

  it.each([
    ['a: b: c', /^t4\.yaml is not valid YAML or JSON: /],
    ['durability: local\ndurability: object', /^t4\.yaml is not valid YAML or JSON: .*unique/],
    ['- durability', /^t4\.yaml must hold settings/],
    ['durability: {a: b}', /^durability in t4\.yaml: must be text, a number, true, false or a list/],
    ['durability:', /^durability in t4\.yaml: must be text/],
  ])('refuse %j', (file, message) => expect(refusal({ file }).message).toMatch(message));
});

it('a name is the name of one setting, in one group', async () => {
  const folder = new URL('../../src/cli/settings/', import.meta.url);
  const names: string[] = [];
  for (const file of readdirSync(folder)) {
    const exported = (await import(new URL(file, folder).href)) as Readonly<Record<string, object>>;
    for (const [name, group] of Object.entries(exported))
      if (name.endsWith('Settings')) names.push(...Object.keys(group));
  }
  expect(names.sort()).toEqual([...settingNames].sort());
});
