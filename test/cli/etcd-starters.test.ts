import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EtcdValues } from '../../src/cli/etcd/check-values.ts';
import { etcdFlagNamed } from '../../src/cli/etcd/flags.ts';
import { parseArguments } from '../../src/cli/etcd/parse-arguments.ts';
import { allFlags, checkedSettings, type Note } from '../../src/cli/etcd/read-start.ts';
import { openZapLog } from '../../src/cli/etcd/zap-log.ts';
import type { Environment } from '../../src/cli/resolve-settings.ts';

/** What starts an etcd in the world, each as it does: it has to start this, and be told what has no meaning here. */
interface Starter {
  readonly argv?: readonly string[];
  readonly environment?: Environment;
  /** Of a configuration file, which is given to it. */
  readonly file?: string;
  /** What comes of it, as far as it matters here. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Flags and variables that a warning names. */
  readonly warned: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 't4-starters-'));
const peers = ['listen-peer-urls', 'initial-advertise-peer-urls'];
const peerTls = ['peer-cert-file', 'peer-client-cert-auth', 'peer-key-file', 'peer-trusted-ca-file'];
const kubeadm = [
  '--advertise-client-urls=https://10.0.0.7:2379',
  '--cert-file=/etc/kubernetes/pki/etcd/server.crt',
  '--client-cert-auth=true',
  `--data-dir=${folder}/kubeadm`,
  '--initial-advertise-peer-urls=https://10.0.0.7:2380',
  '--initial-cluster=control-plane=https://10.0.0.7:2380',
  '--key-file=/etc/kubernetes/pki/etcd/server.key',
  '--listen-client-urls=https://127.0.0.1:2379,https://10.0.0.7:2379',
  '--listen-metrics-urls=http://127.0.0.1:2381',
  '--listen-peer-urls=https://10.0.0.7:2380',
  '--name=control-plane',
  '--peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt',
  '--peer-client-cert-auth=true',
  '--peer-key-file=/etc/kubernetes/pki/etcd/peer.key',
  '--peer-trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt',
  '--snapshot-count=10000',
  '--trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt',
];
const ofKubeadm = {
  listen: [
    { host: '127.0.0.1', port: 2379 },
    { host: '10.0.0.7', port: 2379 },
  ],
  'cert-file': '/etc/kubernetes/pki/etcd/server.crt',
  'client-cert-auth': true,
  'listen-metrics-urls': ['http://127.0.0.1:2381'],
  'watch-progress-notify-interval': 5_000,
};

const starters: Readonly<Record<string, Starter>> = {
  'Debian’s unit': {
    environment: { DAEMON_ARGS: '', ETCD_NAME: 'host', ETCD_DATA_DIR: `${folder}/debian`, NOTIFY_SOCKET: '/run/n' },
    settings: { 'node-id': 'host', listen: [{ host: '127.0.0.1', port: 2379 }] },
    warned: [],
  },
  'the file of variables that Debian’s etcd 3.4 had': {
    environment: {
      ETCD_NAME: 'host',
      ETCD_DATA_DIR: `${folder}/default`,
      ETCD_WAL_DIR: '/var/lib/etcd/wal',
      ETCD_SNAPSHOT_COUNT: '5000',
      ETCD_HEARTBEAT_INTERVAL: '250',
      ETCD_ELECTION_TIMEOUT: '2500',
      ETCD_LISTEN_PEER_URLS: 'http://localhost:2380,http://localhost:7001',
      ETCD_LISTEN_CLIENT_URLS: 'http://localhost:2379,http://localhost:4001',
      ETCD_MAX_SNAPSHOTS: '3',
      ETCD_MAX_WALS: '3',
      ETCD_CORS: 'https://ui.example',
      ETCD_INITIAL_ADVERTISE_PEER_URLS: 'http://localhost:2380,http://localhost:7001',
      ETCD_INITIAL_CLUSTER: 'host=http://localhost:2380,host=http://localhost:7001',
      ETCD_INITIAL_CLUSTER_STATE: 'new',
      ETCD_INITIAL_CLUSTER_TOKEN: 'etcd-cluster-1',
      ETCD_ADVERTISE_CLIENT_URLS: 'http://localhost:2379,http://localhost:4001',
      ETCD_DISCOVERY_FALLBACK: 'proxy',
      ETCD_PROXY: 'off',
      ETCD_PROXY_FAILURE_WAIT: '5000',
      ETCD_STRICT_RECONFIG_CHECK: 'false',
      ETCD_ENABLE_V2: 'false',
      ETCD_DEBUG: 'false',
      ETCD_LOG_PACKAGE_LEVELS: 'etcdserver=WARNING',
      ETCD_FORCE_NEW_CLUSTER: 'false',
      ETCD_ENABLE_PPROF: 'true',
      ETCD_METRICS: 'basic',
      ETCD_AUTO_COMPACTION_RETENTION: '8',
    },
    settings: {
      cors: ['https://ui.example'],
      'auto-compaction-retention': '8',
      'advertise-client-urls': ['http://localhost:2379', 'http://localhost:4001'],
    },
    warned: [
      ...['wal-dir', 'snapshot-count', 'heartbeat-interval', 'election-timeout', 'max-snapshots', 'max-wals'],
      ...peers,
      ...['initial-cluster-token', 'discovery-fallback', 'strict-reconfig-check', 'enable-pprof'],
      ...['proxy-failure-wait', 'log-package-levels'],
    ],
  },
  'the image of quay.io/coreos/etcd, as its releases show': {
    argv: [
      ...['--name', 's1', '--data-dir', `${folder}/docker`],
      ...['--listen-client-urls', 'http://0.0.0.0:2379', '--advertise-client-urls', 'http://0.0.0.0:2379'],
      ...['--listen-peer-urls', 'http://0.0.0.0:2380', '--initial-advertise-peer-urls', 'http://0.0.0.0:2380'],
      ...['--initial-cluster', 's1=http://0.0.0.0:2380', '--initial-cluster-token', 'tkn'],
      ...['--initial-cluster-state', 'new', '--log-level', 'info', '--logger', 'zap', '--log-outputs', 'stderr'],
    ],
    settings: { 'allow-insecure-listen': true, listen: [{ host: '0.0.0.0', port: 2379 }] },
    warned: [...peers, 'initial-cluster-token'],
  },
  'an image of Bitnami’s': {
    argv: ['--data-dir', `${folder}/bitnami`],
    environment: {
      ALLOW_NONE_AUTHENTICATION: 'yes',
      ETCD_ON_K8S: 'yes',
      ETCD_ROOT_PASSWORD: 'secret',
      ETCD_NAME: 'etcd-0',
      ETCD_LISTEN_CLIENT_URLS: 'http://0.0.0.0:2379',
      ETCD_ADVERTISE_CLIENT_URLS: 'http://etcd-0.etcd-headless.default.svc.cluster.local:2379',
      ETCD_LISTEN_PEER_URLS: 'http://0.0.0.0:2380',
      ETCD_INITIAL_ADVERTISE_PEER_URLS: 'http://etcd-0.etcd-headless.default.svc.cluster.local:2380',
      ETCD_INITIAL_CLUSTER_TOKEN: 'etcd-cluster-k8s',
      ETCD_INITIAL_CLUSTER_STATE: 'new',
      ETCD_AUTH_TOKEN: 'jwt,priv-key=/opt/bitnami/etcd/certs/token/jwt-token.pem,sign-method=RS256,ttl=10m',
      ETCD_LOG_LEVEL: 'info',
      ETCD_AUTO_COMPACTION_MODE: 'periodic',
      ETCD_AUTO_COMPACTION_RETENTION: '10m',
    },
    settings: { 'node-id': 'etcd-0', 'auto-compaction-retention': '10m' },
    warned: ['ETCD_ON_K8S', 'ETCD_ROOT_PASSWORD', ...peers, 'initial-cluster-token'],
  },
  'kubeadm, to 1.33': {
    argv: [...kubeadm, '--experimental-initial-corrupt-check=true', '--experimental-watch-progress-notify-interval=5s'],
    settings: { ...ofKubeadm, 'initial-corrupt-check': true },
    warned: ['experimental-watch-progress-notify-interval', ...peers, ...peerTls],
  },
  'kubeadm, from 1.34 on': {
    argv: [...kubeadm, '--feature-gates=InitialCorruptCheck=true', '--watch-progress-notify-interval=5s'],
    settings: { ...ofKubeadm, 'initial-corrupt-check': true },
    warned: [...peers, ...peerTls],
  },
  'the tests of Kubernetes': {
    argv: [
      ...['--data-dir', `${folder}/kubernetes`, '--listen-client-urls', 'http://127.0.0.1:23790'],
      ...['--advertise-client-urls', 'http://127.0.0.1:23790', '--listen-peer-urls', 'http://127.0.0.1:0'],
      ...['-log-level', 'warn', '--experimental-watch-progress-notify-interval', '5s'],
    ],
    settings: { 'watch-progress-notify-interval': 5_000 },
    warned: ['experimental-watch-progress-notify-interval', 'listen-peer-urls'],
  },
  'envtest of controller-runtime': {
    argv: [
      ...['--advertise-client-urls=http://127.0.0.1:23791', `--data-dir=${folder}/envtest`],
      ...['--listen-client-urls=http://127.0.0.1:23791', '--listen-peer-urls=http://localhost:0'],
      '--unsafe-no-fsync=true',
    ],
    settings: { listen: [{ host: '127.0.0.1', port: 23791 }] },
    warned: ['listen-peer-urls', 'unsafe-no-fsync'],
  },
  'a cluster of Patroni’s, whose members share a bucket': {
    environment: {
      T4_STORE: 's3://bucket/patroni',
      ETCD_NAME: 'etcd1',
      ETCD_DATA_DIR: `${folder}/patroni`,
      ETCD_LISTEN_PEER_URLS: 'http://0.0.0.0:2380',
      ETCD_LISTEN_CLIENT_URLS: 'http://0.0.0.0:2379',
      ETCD_INITIAL_CLUSTER: 'etcd1=http://etcd1:2380,etcd2=http://etcd2:2380,etcd3=http://etcd3:2380',
      ETCD_INITIAL_CLUSTER_STATE: 'new',
      ETCD_INITIAL_CLUSTER_TOKEN: 'tutorial',
      ETCD_UNSUPPORTED_ARCH: 'arm64',
    },
    argv: ['--advertise-client-urls=http://etcd1:2379', '--initial-advertise-peer-urls=http://etcd1:2380'],
    settings: { store: 's3://bucket/patroni', 'node-id': 'etcd1' },
    warned: [...peers, 'initial-cluster-token'],
  },
  'Milvus’ compose file': {
    argv: [
      '-advertise-client-urls=http://etcd:2379',
      ...['-listen-client-urls', 'http://0.0.0.0:2379', '--data-dir', `${folder}/milvus`],
    ],
    environment: {
      ETCD_AUTO_COMPACTION_MODE: 'revision',
      ETCD_AUTO_COMPACTION_RETENTION: '1000',
      ETCD_QUOTA_BACKEND_BYTES: '4294967296',
      ETCD_SNAPSHOT_COUNT: '50000',
    },
    settings: {
      'auto-compaction-mode': 'revision',
      'auto-compaction-retention': '1000',
      'quota-backend-bytes': 4_294_967_296,
    },
    warned: ['snapshot-count'],
  },
  'Vitess, with etcd 3.4 and 3.5': {
    argv: [
      ...['--enable-v2=false', `--data-dir=${folder}/vitess`, '--name', 'vitess'],
      ...['--listen-client-urls', 'http://localhost:2379', '--advertise-client-urls', 'http://localhost:2379'],
      ...['--listen-peer-urls', 'http://localhost:2380', '--initial-advertise-peer-urls', 'http://localhost:2380'],
      ...['--initial-cluster', 'vitess=http://localhost:2380'],
    ],
    settings: { 'node-id': 'vitess' },
    warned: [],
  },
  'a configuration file as etcd’s sources show it': {
    file: [
      ...[
        "name: 'default'",
        `data-dir: ${folder}/file`,
        'wal-dir:',
        'snapshot-count: 10000',
        'heartbeat-interval: 100',
      ],
      ...['election-timeout: 1000', 'quota-backend-bytes: 0', 'listen-peer-urls: http://localhost:2380'],
      ...['listen-client-urls: http://localhost:2379', 'max-snapshots: 5', 'max-wals: 5', 'cors:'],
      ...['initial-advertise-peer-urls: http://localhost:2380', 'advertise-client-urls: http://localhost:2379'],
      ...['discovery:', "discovery-fallback: 'proxy'", 'discovery-proxy:', 'discovery-srv:', 'initial-cluster:'],
      ...["initial-cluster-token: 'etcd-cluster'", "initial-cluster-state: 'new'", 'strict-reconfig-check: false'],
      ...['enable-pprof: true', "proxy: 'off'", 'proxy-failure-wait: 5000', 'proxy-refresh-interval: 30000'],
      ...['proxy-dial-timeout: 1000', 'proxy-write-timeout: 5000', 'proxy-read-timeout: 0'],
      ...['client-transport-security:', '  cert-file:', '  key-file:', '  client-cert-auth: false'],
      ...['  trusted-ca-file:', '  auto-tls: false', 'peer-transport-security:', '  cert-file:', '  key-file:'],
      ...['  client-cert-auth: false', '  trusted-ca-file:', '  auto-tls: false', '  allowed-cn:'],
      ...['  allowed-hostname:', 'self-signed-cert-validity: 1', 'log-level: debug', 'logger: zap'],
      ...['log-outputs: [stderr]', 'force-new-cluster: false', 'auto-compaction-mode: periodic'],
      ...['auto-compaction-retention: "1"', 'tls-min-version: "TLS1.2"', 'tls-max-version: "TLS1.3"'],
    ].join('\n'),
    settings: { 'data-dir': `${folder}/file/node`, 'auto-compaction-retention': '1' },
    warned: [
      ...['discovery-fallback', 'strict-reconfig-check', 'enable-pprof', 'tls-max-version'],
      ...['proxy-failure-wait', 'proxy-refresh-interval', 'proxy-dial-timeout', 'proxy-write-timeout'],
    ],
  },
};

async function start({ argv = [], environment = {}, file }: Starter) {
  const path = join(folder, 'etcd.conf.yml');
  if (file !== undefined) writeFileSync(path, file);
  const given = parseArguments(file === undefined ? argv : ['--config-file', path]);
  const notes: Note[] = [];
  const flags = await allFlags(given, environment, notes);
  const values: EtcdValues = (name) => flags.get(name) ?? etcdFlagNamed(name)!.default;
  const outputs = values('log-outputs').split(',');
  openZapLog({ level: values('log-level'), format: values('log-format'), outputs });
  const settings = checkedSettings(flags, values, given, environment, notes);
  const warned = notes.filter(([level]) => level === 'warn').map(([, fields]) => String(Object.values(fields)[0]));
  return { settings: settings.values, warned };
}

describe('whatever starts an etcd starts this', () => {
  it.each(Object.entries(starters))('%s', async (_name, starter) => {
    const { settings, warned } = await start(starter);
    expect(settings).toMatchObject(starter.settings);
    expect(warned.toSorted()).toEqual([...starter.warned].sort());
  });

  it.each([
    [['--enable-v2=true'], '--enable-v2 "true" cannot be had here'],
    [['--proxy', 'on'], '--proxy "on" cannot be had here'],
    [['--discovery-srv', 'example.com'], '--discovery-srv "example.com" cannot be had here'],
    [['--initial-cluster-state', 'existing'], 'joins others, and nothing says what they share'],
  ])('but nothing is taken that would be a lie: %j', async (argv, words) => {
    await expect(start({ argv, settings: {}, warned: [] })).rejects.toThrow(words);
  });
});
