import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkValues, type EtcdValues } from '../../src/cli/etcd/check-values.ts';
import { parseEtcdConfigFile } from '../../src/cli/etcd/config-file.ts';
import { readEnvironment } from '../../src/cli/etcd/environment.ts';
import { EtcdUsageError } from '../../src/cli/etcd/etcd-error.ts';
import { runEtcd } from '../../src/cli/etcd/etcd.ts';
import { etcdFlagNamed, etcdFlags, formerNames, passedOver } from '../../src/cli/etcd/flags.ts';
import { etcdFlagsDocument } from '../../src/cli/etcd/flags-document.ts';
import { parseArguments } from '../../src/cli/etcd/parse-arguments.ts';
import { settingsOfEtcd } from '../../src/cli/etcd/to-settings.ts';
import type { Environment } from '../../src/cli/resolve-settings.ts';
import { newerEtcd } from '../support/newer-etcd/newer-etcd.ts';

function flagsOf(...argv: readonly string[]): Record<string, string> {
  return Object.fromEntries(parseArguments(argv).flags);
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (!(error instanceof EtcdUsageError)) throw error;
    return [error.exitCode, error.message, error.hint].filter((part) => part !== undefined).join(' | ');
  }
  throw new Error('it was not refused');
}

describe('the table of flags', () => {
  it('docs/etcd-flags.md is what it says; if not: node scripts/generate-configuration-doc.js', () => {
    expect(readFileSync(new URL('../../docs/etcd-flags.md', import.meta.url), 'utf8')).toBe(etcdFlagsDocument());
  });

  it('has every flag that an etcd 3.6 tells of in its help', async ({ skip }) => {
    const built = await newerEtcd();
    if (built.tools === undefined) return skip(built.absence);
    const help = execFileSync(built.tools.etcd, ['--help'], { encoding: 'utf8' });
    const told = [...help.matchAll(/^ {2}--([a-z0-9-]+)/gm)].map(([, name]) => name!);
    expect(told.length).toBeGreaterThan(100);
    expect(told.filter((name) => etcdFlagNamed(name) === undefined && !passedOver.has(name))).toEqual([]);
  });

  it('has each name once, and former names of flags that there are', () => {
    const names = etcdFlags.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of formerNames.values()) expect(names).toContain(name);
  });
});

describe('a command line, as Go reads it', () => {
  it('one dash or two, a value behind = or a space, the last one counts, switches without a value', () => {
    expect(flagsOf('-name=a', '--data-dir', '/x', '--name', 'b', '--client-cert-auth', '--pre-vote=false')).toEqual({
      name: 'b',
      'data-dir': '/x',
      'client-cert-auth': 'true',
      'pre-vote': 'false',
    });
    expect(flagsOf('--initial-cluster=a=http://h:1', '--snapshot-count=0x10', '--strict-reconfig-check=T')).toEqual({
      'initial-cluster': 'a=http://h:1',
      'snapshot-count': '16',
      'strict-reconfig-check': 'true',
    });
  });

  it('former names are those of today, with a word of it; others are passed over', () => {
    const {
      flags,
      former,
      passedOver: passed,
    } = parseArguments([
      '--experimental-watch-progress-notify-interval=5s',
      '--experimental-enable-lease-checkpoint',
      '-v=3',
    ]);
    expect(Object.fromEntries(flags)).toEqual({ 'watch-progress-notify-interval': '5s' });
    expect(former).toEqual(['experimental-watch-progress-notify-interval']);
    expect(passed).toEqual(['experimental-enable-lease-checkpoint', 'v']);
  });

  it('T4’s own settings stand beside them, but no secret, and not what etcd’s flags say', () => {
    const { own } = parseArguments(['--store', 's3://b/p', '--s3-force-path-style', '--retention=1h']);
    expect(Object.fromEntries(own)).toEqual({
      store: ['s3://b/p'],
      's3-force-path-style': ['true'],
      retention: ['1h'],
    });
    for (const name of ['s3-secret-access-key', 'listen', 'node-id', 'accept-local-loss'])
      expect(refusal(() => parseArguments([`--${name}=x`]))).toContain(`flag provided but not defined: -${name}`);
  });

  it.each([
    [['--nmae', 'x'], '2 | flag provided but not defined: -nmae | did you mean --name?'],
    [['--qqqqqq'], '2 | flag provided but not defined: -qqqqqq | t4 etcd --help tells what there is'],
    [['--name'], '2 | flag needs an argument: -name'],
    [['--pre-vote=maybe'], '2 | invalid boolean value "maybe" for -pre-vote: parse error'],
    [['--snapshot-count', '-1'], '2 | invalid value "-1" for flag -snapshot-count: parse error'],
    [['--grpc-keepalive-timeout', '5'], '2 | invalid value "5" for flag -grpc-keepalive-timeout: parse error'],
    [['---name=x'], '2 | bad flag syntax: ---name=x'],
    [['--=x'], '2 | bad flag syntax: --=x'],
    [['gateway'], '1 | "gateway" is not a valid flag'],
    [['--pre-vote', 'false'], '1 | "false" is not a valid flag'],
  ])('%j', (argv, words) => expect(refusal(() => parseArguments(argv))).toBe(words));
});

describe('the environment', () => {
  const none = new Map<string, string>();

  it('is read under etcd’s names; what is empty is none, and what nobody knows is told', () => {
    const environment = {
      ETCD_NAME: 'a',
      ETCD_CLIENT_CERT_AUTH: '1',
      ETCD_DATA_DIR: '',
      ETCD_NMAE: 'b',
      ETCDCTL_API: '3',
      ETCD_EXPERIMENTAL_COMPACTION_BATCH_LIMIT: '5',
    };
    const { flags, used, unknown } = readEnvironment(environment, none);
    expect(Object.fromEntries(flags)).toEqual({ name: 'a', 'client-cert-auth': 'true', 'compaction-batch-limit': '5' });
    expect([...used].sort()).toEqual([
      'ETCD_CLIENT_CERT_AUTH',
      'ETCD_EXPERIMENTAL_COMPACTION_BATCH_LIMIT',
      'ETCD_NAME',
    ]);
    expect(unknown).toEqual(['ETCD_NMAE']);
  });

  it('beside its flag ends the start, in etcd’s words', () => {
    expect(refusal(() => readEnvironment({ ETCD_NAME: 'a' }, new Map([['name', 'b']])))).toMatch(
      /^1 \| conflicting environment variable is shadowed by corresponding command-line flag .*ETCD_NAME$/,
    );
    expect(refusal(() => readEnvironment({ ETCD_MAX_WALS: 'x' }, none))).toBe(
      '1 | invalid value "x" for ETCD_MAX_WALS: parse error',
    );
  });
});

describe('the configuration file', () => {
  it('has the flags’ names, TLS in groups, lists, and durations as nanoseconds or text', () => {
    const flags = parseEtcdConfigFile(
      [
        'name: one',
        'listen-client-urls: http://127.0.0.1:1',
        'watch-progress-notify-interval: 600000000000',
        'grpc-keepalive-timeout: 20s',
        'quota-backend-bytes: 4096',
        'log-outputs: [stderr]',
        'initial-cluster-token: ""',
        'client-transport-security:',
        '  cert-file: /c',
        '  client-cert-auth: true',
        'peer-transport-security:',
        '  trusted-ca-file: /p',
        '  allowed-cn: [a, b]',
      ].join('\n'),
      'etcd.yaml',
    );
    expect(Object.fromEntries(flags)).toEqual({
      name: 'one',
      'listen-client-urls': 'http://127.0.0.1:1',
      'watch-progress-notify-interval': '600000ms',
      'grpc-keepalive-timeout': '20s',
      'quota-backend-bytes': '4096',
      'log-outputs': 'stderr',
      'cert-file': '/c',
      'client-cert-auth': 'true',
      'peer-trusted-ca-file': '/p',
      'peer-cert-allowed-cn': 'a,b',
    });
  });

  it.each([
    ['nmae: x', '1 | f: unknown setting nmae | did you mean name?'],
    ['pre-vote: maybe', '1 | f: pre-vote: "maybe" is no value for it'],
    ['name: {a: b}', '1 | f: name: {"a":"b"} is no value for it'],
    ['- a', '1 | f: must hold settings, one a line'],
    ['version: true', '1 | f: unknown setting version'],
  ])('%s', (content, words) => expect(refusal(() => parseEtcdConfigFile(content, 'f'))).toBe(words));
});

function valuesOf(flags: Readonly<Record<string, string>>): EtcdValues {
  return (name) => flags[name] ?? etcdFlagNamed(name)!.default;
}

describe('what makes no sense', () => {
  const check = (flags: Readonly<Record<string, string>>, isShared = false): string =>
    refusal(() => checkValues(valuesOf(flags), (name) => name in flags, isShared));
  const clients = (url: string) => ({ 'listen-client-urls': url, 'advertise-client-urls': 'http://a:1' });

  it.each([
    [
      { 'listen-client-urls': 'http://127.0.0.1:1' },
      '--advertise-client-urls is required when --listen-client-urls is set explicitly',
    ],
    [clients('http://a.example:1'), 'expected IP in URL for binding (http://a.example:1)'],
    [clients('127.0.0.1:1'), 'URL scheme must be http, https, unix, or unixs: 127.0.0.1:1'],
    [clients('http://127.0.0.1'), 'URL address does not have the form "host:port": http://127.0.0.1'],
    [clients('http://127.0.0.1:1/'), 'URL must not contain a path: http://127.0.0.1:1/'],
    [clients('unix:///tmp/x'), 'Unix sockets are not served here'],
    [{ 'initial-cluster-state': 'old' }, 'unexpected clusterState "old"'],
    [
      { 'heartbeat-interval': '300' },
      '--election-timeout[1000ms] should be at least as 5 times as --heartbeat-interval[300ms]',
    ],
    [{ 'election-timeout': '60000' }, '--election-timeout[60000ms] is too long, and should be set less than 50000ms'],
    [{ 'auto-compaction-mode': 'daily' }, 'unknown auto-compaction-mode "daily"'],
    [
      { 'initial-cluster': 'other=http://a:1' },
      `couldn't find local name "default" in the initial cluster configuration`,
    ],
    [
      { 'initial-cluster': 'default=http://a:1,b=http://b:1' },
      '--initial-cluster names 2 members, and nothing says what they share',
    ],
    [{ 'initial-cluster-state': 'existing' }, 'joins others, and nothing says what they share'],
    [{ 'discovery-srv': 'example.com' }, '--discovery-srv "example.com" cannot be had here'],
    [{ 'enable-v2': 'true' }, '--enable-v2 "true" cannot be had here'],
    [{ logger: 'capnslog' }, '--logger "capnslog" cannot be had here'],
    [
      { 'feature-gates': 'InitialCorruptCheck=true', 'experimental-initial-corrupt-check': 'false' },
      '1 | cannot specify both flags: --experimental-initial-corrupt-check=false and --feature-gates=InitialCorruptCheck=true at the same time, please just use --feature-gates=InitialCorruptCheck=true',
    ],
    [
      { 'feature-gates': 'Nope=true' },
      '2 | invalid value "Nope=true" for flag -feature-gates: unrecognized feature gate: Nope',
    ],
    [
      { 'feature-gates': 'InitialCorruptCheck' },
      '2 | invalid value "InitialCorruptCheck" for flag -feature-gates: missing bool value for InitialCorruptCheck',
    ],
    [
      { 'feature-gates': 'InitialCorruptCheck=maybe' },
      '2 | invalid value "InitialCorruptCheck=maybe" for flag -feature-gates: invalid value of InitialCorruptCheck=maybe, err: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
  ])('%j', (flags, words) => expect(check(flags as Record<string, string>)).toContain(words));

  it('members of several names share what --store names', () => {
    const flags = { 'initial-cluster': 'default=http://a:1,b=http://b:1', 'initial-cluster-state': 'existing' };
    expect(() => checkValues(valuesOf(flags), (name) => name in flags, true)).not.toThrow();
  });

  it('what is given as it is by default changes nothing', () => {
    const flags = { 'discovery-fallback': 'exit', logger: 'zap', 'socket-reuse-port': 'false', 'discovery-srv': '' };
    expect(() => checkValues(valuesOf(flags), (name) => name in flags, false)).not.toThrow();
  });
});

describe('as settings of a node', () => {
  function settings(
    flags: Readonly<Record<string, string>>,
    own: Record<string, string[]> = {},
    environment: Environment = {},
  ) {
    const given = { values: valuesOf(flags), isGiven: (name: string) => name in flags, environment };
    return settingsOfEtcd({ ...given, own: new Map(Object.entries(own)) as never }).values;
  }

  it('everything is below the data folder, on loopback', () => {
    expect(settings({})).toMatchObject({
      store: 'file:default.etcd/store',
      'data-dir': 'default.etcd/node',
      'node-id': 'default',
      listen: [{ host: '127.0.0.1', port: 2379 }],
      'advertise-client-urls': ['http://localhost:2379'],
      'allow-insecure-listen': false,
      'quota-backend-bytes': 0,
    });
  });

  it('a store of its own is named by T4’s settings, wherever they stand', () => {
    expect(settings({ 'data-dir': '/d' }, { store: ['memory:'] })).toMatchObject({
      store: 'memory:',
      'data-dir': '/d/node',
    });
    const fromEnvironment = settings({}, {}, { T4_S3_BUCKET: 'bucket' });
    expect(fromEnvironment.store).toBeUndefined();
    expect(fromEnvironment['s3-bucket']).toBe('bucket');
  });

  it('what etcd counts in other units is counted in T4’s', () => {
    expect(
      settings({
        'watch-progress-notify-interval': '1h0m0.5s',
        'auth-token-ttl': '600',
        'quota-backend-bytes': '8192',
        'auto-compaction-retention': '72h',
        'max-txn-ops': '1000',
      }),
    ).toMatchObject({
      'watch-progress-notify-interval': 3_600_500,
      'auth-token-ttl': 600_000,
      'quota-backend-bytes': 8_192,
      'auto-compaction-retention': '72h',
      'max-txn-ops': 1_000,
    });
    expect(settings({ 'quota-backend-bytes': '-1' })['quota-backend-bytes']).toBe(0);
  });

  it('checks of what is served against the object store, by their names of 3.5 and of 3.6', () => {
    const checks = (flags: Record<string, string>) => {
      const { 'corrupt-check-time': every, 'initial-corrupt-check': first } = settings(flags);
      return [every, first];
    };
    expect(checks({})).toEqual([0, false]);
    const { flags } = parseArguments(['--experimental-corrupt-check-time=10m', '--experimental-initial-corrupt-check']);
    expect(checks(Object.fromEntries(flags))).toEqual([600_000, true]);
    expect(checks({ 'corrupt-check-time': '1h', 'feature-gates': 'InitialCorruptCheck=true' })).toEqual([
      3_600_000,
      true,
    ]);
    expect(checks({ 'feature-gates': 'AllAlpha=true' })).toEqual([0, true]);
    expect(checks({ 'feature-gates': 'AllAlpha=true,InitialCorruptCheck=false' })).toEqual([0, false]);
    expect(checks({ 'feature-gates': 'CompactHashCheck=true' })).toEqual([0, false]);
  });

  it('addresses that others reach are the operator’s word', () => {
    const listen = 'http://0.0.0.0:2379,http://[::1]:80,http://localhost:1';
    expect(settings({ 'listen-client-urls': listen })).toMatchObject({
      listen: [
        { host: '0.0.0.0', port: 2379 },
        { host: '::1', port: 80 },
        { host: '127.0.0.1', port: 1 },
      ],
      'allow-insecure-listen': true,
    });
  });

  it('certificates are for https alone, and https needs them', () => {
    const tls = { 'cert-file': '/c', 'key-file': '/k' };
    expect(settings(tls)['cert-file']).toBeUndefined();
    expect(settings({ ...tls, 'listen-client-urls': 'https://127.0.0.1:1' })['cert-file']).toBe('/c');
    expect(refusal(() => settings({ 'listen-client-urls': 'https://127.0.0.1:1' }))).toContain(
      'TLS key/cert (--cert-file, --key-file) must be provided',
    );
    expect(refusal(() => settings({ 'listen-client-urls': 'https://127.0.0.1:1,http://127.0.0.1:2' }))).toContain(
      'http and https together',
    );
  });
});

describe('the command', () => {
  async function run(argv: readonly string[], environment: Environment = {}) {
    let out = '';
    let error = '';
    const code = await runEtcd(argv, environment, { out: (text) => (out += text), error: (text) => (error += text) });
    return { code, out, error };
  }

  it('tells the version in etcd’s lines', async () => {
    const { code, out } = await run(['--version']);
    expect(code).toBe(0);
    expect(out).toMatch(/^etcd Version: 3\.6\.\d+\nGit SHA: .*\nGo Version: .*\nGo OS\/Arch: \w+\/\w+\n$/);
  });

  it('tells every flag in its help', async () => {
    const { code, out } = await run(['-h']);
    expect(code).toBe(0);
    for (const { name } of etcdFlags) expect(out).toContain(`  --${name} '`);
    expect(out).toContain('  --store\n');
  });

  it('ends with 2 and how it is used where the command line cannot be read', async () => {
    const { code, error } = await run(['--nmae', 'x']);
    expect(code).toBe(2);
    expect(error).toMatch(/^flag provided but not defined: -nmae\n {4}did you mean --name\?\nUsage:\n/);
  });

  it('ends with 1 where it makes no sense, and has touched nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 't4-etcd-'));
    const file = join(folder, 'etcd.yaml');
    writeFileSync(file, 'nmae: x\n');
    expect((await run(['--config-file', file])).code).toBe(1);
    expect((await run([], { ETCD_CONFIG_FILE: file })).error).toContain('unknown setting nmae');
    mkdirSync(join(folder, 'member'));
    const output = join(folder, 'log');
    expect((await run(['--data-dir', folder, '--log-outputs', output])).code).toBe(1);
    expect(readFileSync(output, 'utf8')).toContain(`"error":"${folder} holds the data of an etcd"`);
  });
});
