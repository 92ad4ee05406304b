/**
 * Every setting of T4, once. A setting has one name everywhere: `--data-dir` on the command line, `T4_DATA_DIR` in the
 * environment, `data-dir:` in a config file. Help, validation and docs/configuration.md come from this table.
 */
import { configurationDefaults } from '../core/configuration.ts';
import { authDefaults } from '../server/auth/authenticator.ts';
import { bcryptCostMax, bcryptCostMin } from '../server/auth/password.ts';
import { cipherSuiteProblem } from '../server/tls/cipher-suites.ts';
import { clientLimitsDefault } from '../server/limits.ts';
import { formatDuration, formatSize } from './units.ts';
import {
  addresses,
  choice,
  duration,
  flag,
  integer,
  nodeAddress,
  retention,
  size,
  text,
  texts,
  tokenProvider,
  urls,
  type CommandName,
  type Setting,
  type SettingKind,
} from './setting.ts';

const runOnly = ['run'] as const;
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

export const settingTable = {
  store: optional(text('URL'), {
    group: 'Object store',
    commands: storeCommands,
    help: 'Where the database lives: s3://BUCKET/PREFIX?endpoint=URL&region=NAME&path-style=true&profile=NAME, file:FOLDER, or memory: (gone with the process).',
    defaultNote: 'none: name a store here or with --s3-bucket',
  }),
  's3-bucket': optional(text('NAME', wordProblem), {
    group: 'Object store',
    commands: storeCommands,
    help: 'Bucket of the store, instead of --store.',
  }),
  's3-prefix': optional(text('PREFIX'), {
    group: 'Object store',
    commands: storeCommands,
    help: 'Everything of this database lies under this prefix of the bucket.',
    defaultNote: 'the whole bucket',
  }),
  's3-endpoint': optional(text('URL'), {
    group: 'Object store',
    commands: storeCommands,
    help: 'Address of an S3-compatible service, such as http://127.0.0.1:9000.',
    defaultNote: "Amazon's, for the region",
  }),
  's3-region': optional(text('NAME', wordProblem), {
    group: 'Object store',
    commands: storeCommands,
    help: 'Region of the bucket.',
    defaultNote: 'AWS_REGION or the profile; us-east-1 with --s3-endpoint',
  }),
  's3-profile': optional(text('NAME'), {
    group: 'Object store',
    commands: storeCommands,
    help: 'Profile of the AWS configuration files to take credentials from.',
    defaultNote: "the AWS SDK's order: environment, files, container or instance role",
  }),
  's3-access-key-id': optional(text('ID', wordProblem), {
    group: 'Object store',
    commands: storeCommands,
    help: 'Access key for the bucket, together with s3-secret-access-key.',
    defaultNote: 'see --s3-profile',
  }),
  's3-secret-access-key': optional(text('SECRET', secretProblem), {
    group: 'Object store',
    commands: storeCommands,
    secret: true,
    help: 'Secret of the access key. Never on the command line, which other users of the machine can read: T4_S3_SECRET_ACCESS_KEY or the config file.',
  }),
  'etcd-password': optional(text('PASSWORD', secretProblem), {
    group: 'Etcd',
    commands: ['import', 'export'],
    secret: true,
    help: 'Password of --user, of the etcd or node that is asked; or give --password-file. Never on the command line, which other users of the machine can read: T4_ETCD_PASSWORD or the config file.',
  }),
  's3-force-path-style': required(flag(), {
    group: 'Object store',
    commands: storeCommands,
    help: 'Put the bucket into the path of a request instead of the host name; most S3-compatible services want it.',
    default: 'false',
  }),

  'data-dir': required(text('FOLDER', pathProblem), {
    group: 'Node',
    commands: runOnly,
    help: 'Folder of this node alone: its identity, its log and its cache. Made when missing. With durability object nothing is lost when it is deleted.',
    default: './t4-data',
  }),
  'node-id': optional(text('NAME', nodeIdProblem), {
    group: 'Node',
    commands: runOnly,
    help: 'Name of this node for people: in member lists, logs and status.',
    defaultNote: 'node- and the first digits of the identity that the data folder keeps',
  }),
  durability: required(choice(['object', 'local']), {
    group: 'Node',
    commands: runOnly,
    help: 'What an acknowledged write survives. object: it is in the object store, so the loss of every disk. local: it is on this disk, so a crash; if the disk is lost, the last --upload-interval of writes is lost too.',
    default: configurationDefaults.durability,
  }),
  'accept-local-loss': required(flag(), {
    group: 'Node',
    commands: runOnly,
    help: 'For one start, on the command line alone: go on from the object store although writes were last acknowledged from a disk that is lost (durability local). What was not in the object store yet is gone.',
    default: 'false',
  }),
  'lease-ttl': required(duration('500ms', '10m'), {
    group: 'Node',
    commands: runOnly,
    help: 'How long a leader may lead without renewing its lease in the store. Another node takes over no sooner than this after the leader was last heard of.',
    default: formatDuration(configurationDefaults.leaseMs),
  }),

  'member-interval': required(duration('0s', '1h'), {
    group: 'Node',
    commands: runOnly,
    help: 'A node that stands by says so in the store this often, so that member lists have it; it is taken for gone when nothing was heard of it for three times as long. 0s: it says nothing, and is in no list.',
    default: formatDuration(configurationDefaults.memberIntervalMs),
  }),

  listen: required(addresses(), {
    group: 'Clients',
    commands: runOnly,
    help: 'Addresses to serve etcd clients on; port 0 picks a free one. Anything but a loopback address needs a certificate (--cert-file, --auto-tls) or --allow-insecure-listen.',
    default: '127.0.0.1:2379',
  }),
  'allow-insecure-listen': required(flag(), {
    group: 'Clients',
    commands: runOnly,
    help: 'Serve on addresses that other machines reach without encryption: whoever is on the way reads passwords and data, and where authentication is not enabled whoever reaches the port can read and write everything.',
    default: 'false',
  }),
  'listen-metrics-urls': optional(urls(), {
    group: 'Clients',
    commands: runOnly,
    help: 'More URLs to serve /metrics, /health, /livez, /readyz and /version on, and nothing else, over plain HTTP. Anything but a loopback address needs --allow-insecure-listen.',
    defaultNote: 'none: on the addresses for clients alone',
  }),
  'advertise-client-urls': optional(urls(), {
    group: 'Clients',
    commands: runOnly,
    help: 'URLs under which clients reach this node, as the member list tells them.',
    defaultNote: 'http://, or https:// where there is a certificate, and each --listen address',
  }),
  'request-timeout': required(duration('100ms', '10m'), {
    group: 'Clients',
    commands: runOnly,
    help: 'A request without an answer by then fails with "etcdserver: request timed out"; whether a write happened is then unknown.',
    default: formatDuration(configurationDefaults.requestTimeoutMs),
  }),
  'watch-progress-notify-interval': required(duration('100ms', '24h'), {
    group: 'Clients',
    commands: runOnly,
    help: 'How often an idle watch that asked for progress is told the current revision.',
    default: formatDuration(configurationDefaults.watchProgressNotifyIntervalMs),
  }),
  'drain-timeout': required(duration('0s', '10m'), {
    group: 'Clients',
    commands: runOnly,
    help: 'How long a stop (SIGTERM, SIGINT) waits for requests under way before it cuts them off.',
    default: '5s',
  }),
  'host-whitelist': required(texts('HOST'), {
    group: 'Clients',
    commands: runOnly,
    help: 'Host names by which clients may address HTTP in plain text (not gRPC); * allows any. Against web pages that give this address a name of their own.',
    default: '*',
  }),
  cors: optional(texts('ORIGIN'), {
    group: 'Clients',
    commands: runOnly,
    help: 'Web pages that may use HTTP, by their origin, such as https://ui.example; * allows all, as etcd does. Requests of any other page are refused.',
    defaultNote: 'none: no web page',
  }),
  'max-request-bytes': required(size('1KiB', '512MiB'), {
    group: 'Clients',
    commands: runOnly,
    help: 'A write may not be longer. A message of any kind may be half a MiB longer than that.',
    default: formatSize(clientLimitsDefault.requestBytesMax).replace(' ', ''),
  }),
  'max-requests': required(integer(1, 10_000_000), {
    group: 'Clients',
    commands: runOnly,
    help: 'Requests of all clients that may wait for their answers at once; one more is refused with "etcdserver: too many requests".',
    default: String(clientLimitsDefault.requestsMax),
  }),
  'max-connections': required(integer(1, 1_000_000), {
    group: 'Clients',
    commands: runOnly,
    help: 'Connections to each address, silent ones too; one more is closed at once.',
    default: String(clientLimitsDefault.connectionsMax),
  }),
  'max-concurrent-streams': required(integer(1, 4_294_967_295), {
    group: 'Clients',
    commands: runOnly,
    help: 'Calls and streams that one connection may have open at once.',
    default: String(clientLimitsDefault.connectionStreamsMax),
  }),
  'grpc-keepalive-min-time': required(duration('0s', '24h'), {
    group: 'Clients',
    commands: runOnly,
    help: 'A client that pings more often than this while nothing else goes on is disconnected with "too_many_pings"; 0s lets it.',
    default: formatDuration(clientLimitsDefault.pingIntervalMinMs),
  }),
  'grpc-keepalive-interval': required(duration('1s', '24h'), {
    group: 'Clients',
    commands: runOnly,
    help: 'A connection on which nothing happens is pinged this often, to see whether the client is still there.',
    default: formatDuration(clientLimitsDefault.keepaliveIntervalMs),
  }),
  'grpc-keepalive-timeout': required(duration('100ms', '24h'), {
    group: 'Clients',
    commands: runOnly,
    help: 'A client that does not answer such a ping by then is taken to be gone.',
    default: formatDuration(clientLimitsDefault.keepaliveTimeoutMs),
  }),

  'auth-token': required(tokenProvider(), {
    group: 'Authentication',
    commands: runOnly,
    help: 'Tokens for users who log in. simple: random ones that this process knows. jwt,sign-method=RS256,priv-key=FILE,pub-key=FILE,ttl=5m: signed ones, which every node with the key understands.',
    default: 'simple',
  }),
  'auth-token-ttl': required(duration('1s', '24h'), {
    group: 'Authentication',
    commands: runOnly,
    help: 'How long a simple token is good for after its last use; signed ones have their own ttl.',
    default: formatDuration(authDefaults.simpleTokenTtlMs),
  }),
  'bcrypt-cost': required(integer(bcryptCostMin, bcryptCostMax), {
    group: 'Authentication',
    commands: runOnly,
    help: 'Work for each password that is hashed or checked: one more is twice as much.',
    default: String(authDefaults.bcryptCost),
  }),
  'auth-failures-per-minute': required(integer(1, 1_000_000), {
    group: 'Authentication',
    commands: runOnly,
    help: 'Wrong passwords of one user from one address; ten times as many of one user from everywhere, and from one address for all users. Whoever tries more is told "etcdserver: too many requests".',
    default: String(authDefaults.failuresPerMinute),
  }),

  'cert-file': optional(text('FILE', pathProblem), {
    group: 'TLS',
    commands: runOnly,
    help: 'Certificate of this server, with what it takes to prove it, in PEM: clients are served with TLS alone. Read again when it changes, like the other files here.',
    defaultNote: 'none: no TLS',
  }),
  'key-file': optional(text('FILE', pathProblem), {
    group: 'TLS',
    commands: runOnly,
    help: 'Private key of the certificate, in PEM.',
  }),
  'trusted-ca-file': optional(text('FILE', pathProblem), {
    group: 'TLS',
    commands: runOnly,
    help: 'Authorities whose certificates clients have to show, in PEM.',
    defaultNote: 'none: clients show no certificate',
  }),
  'client-cert-auth': required(flag(), {
    group: 'TLS',
    commands: runOnly,
    help: 'A client without a token is the user that the common name of its certificate names. Not over the JSON gateway. Needs --trusted-ca-file.',
    default: 'false',
  }),
  'client-crl-file': optional(text('FILE', pathProblem), {
    group: 'TLS',
    commands: runOnly,
    help: 'Certificates that the authorities took back, in PEM or DER: signed, not run out, and one for each authority in a chain.',
  }),
  'client-cert-allowed-cn': optional(texts('NAME', nameProblem), {
    group: 'TLS',
    commands: runOnly,
    help: 'Common names that a client certificate may have.',
    defaultNote: 'any',
  }),
  'client-cert-allowed-hostname': optional(texts('HOST', hostProblem), {
    group: 'TLS',
    commands: runOnly,
    help: 'Names or addresses, one of which a client certificate has to be good for.',
    defaultNote: 'any',
  }),
  'auto-tls': required(flag(), {
    group: 'TLS',
    commands: runOnly,
    help: 'Make a certificate that nobody stands for, and keep it in the data folder (tls/cert.pem): encryption for clients that are told to trust it.',
    default: 'false',
  }),
  'self-signed-cert-validity': required(integer(1, 100), {
    group: 'TLS',
    commands: runOnly,
    help: 'Years that the certificate of --auto-tls is good for. A start in its last month makes a new one.',
    default: '1',
  }),
  'cipher-suites': optional(texts('SUITE', cipherSuiteProblem), {
    group: 'TLS',
    commands: runOnly,
    help: 'Cipher suites for TLS 1.2 by their registered names, as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; the first that a client has too is taken.',
    defaultNote: "Node's",
  }),
  'tls-min-version': required(choice(['TLS1.2', 'TLS1.3']), {
    group: 'TLS',
    commands: runOnly,
    help: 'Oldest version of TLS that is spoken.',
    default: 'TLS1.2',
  }),
  'tls-max-version': required(choice(['TLS1.2', 'TLS1.3']), {
    group: 'TLS',
    commands: runOnly,
    help: 'Newest version of TLS that is spoken.',
    default: 'TLS1.3',
  }),

  'log-inflight-max': required(integer(1, 64), {
    group: 'Tuning',
    commands: runOnly,
    help: 'Segments of the commit log on their way to the store at once. Fixed when the database is made; afterwards a node can only go lower.',
    default: String(configurationDefaults.logInflightMax),
  }),
  'upload-interval': required(duration('10ms', '10m'), {
    group: 'Tuning',
    commands: runOnly,
    help: 'With durability local: a write is in the object store at most this much later.',
    default: formatDuration(configurationDefaults.uploadIntervalMs),
  }),
  'checkpoint-segments': required(integer(1, 1_000_000), {
    group: 'Tuning',
    commands: runOnly,
    help: 'Write a checkpoint after this many segments of the log: fewer make a start faster and the store busier.',
    default: String(configurationDefaults.checkpointSegments),
  }),
  'checkpoint-interval': required(duration('0s', '24h'), {
    group: 'Tuning',
    commands: runOnly,
    help: 'Write a checkpoint this long after the last one if something was written since; 0s leaves it to the segments.',
    default: formatDuration(configurationDefaults.checkpointIntervalMs),
  }),
  retention: optional(retention(), {
    group: 'Tuning',
    commands: runOnly,
    help: 'What is kept for time travel and branches: checkpoints and the log of so long (24h), so much of them (10GiB), or all (forever); the newest two checkpoints stay in any case. Kept in the database: a node that leads writes it there, and t4 gc uses it too.',
    defaultNote: 'what the database was told last; 24h for a new one',
  }),
  'collect-interval': required(duration('0s', '24h'), {
    group: 'Tuning',
    commands: runOnly,
    help: 'The leader looks this often for what nothing needs any more; 0s leaves it to t4 gc.',
    default: formatDuration(configurationDefaults.collectIntervalMs),
  }),
  'collect-grace': required(duration('0s', '876000h'), {
    group: 'Tuning',
    commands: runOnly,
    help: 'What nothing needs any more is deleted this much later: whoever was reading it has that long.',
    default: formatDuration(configurationDefaults.collectGraceMs),
  }),
  'auto-compaction-mode': required(choice(['periodic', 'revision']), {
    group: 'Tuning',
    commands: runOnly,
    help: 'What --auto-compaction-retention counts: periodic, a time; revision, revisions.',
    default: 'periodic',
  }),
  'auto-compaction-retention': required(text('DURATION|N'), {
    group: 'Tuning',
    commands: runOnly,
    help: 'The leader compacts what is older than this by itself: a time such as 10m or 72h, or a bare number of hours; in mode revision a number of revisions, every five minutes. 0: nothing. What is kept for time travel is --retention.',
    default: '0',
  }),
  'quota-backend-bytes': required(size('0B', '1024GiB'), {
    group: 'Tuning',
    commands: runOnly,
    help: 'When keys and values of all that is not compacted come to more than this, the alarm NOSPACE is raised: then nothing can be put before somebody takes it back. 0: no such bound.',
    default: '0B',
  }),
  'max-txn-ops': required(integer(1, 1_000_000), {
    group: 'Tuning',
    commands: runOnly,
    help: 'Operations in the longest list of a transaction; more are refused with "etcdserver: too many operations in txn request".',
    default: String(configurationDefaults.txnOperationsMax),
  }),
  'value-cache-size': required(size('1MiB', '64GiB'), {
    group: 'Tuning',
    commands: runOnly,
    help: 'Memory for values that were written or read lately; the rest is read from the data folder.',
    default: formatSize(configurationDefaults.valueCacheBytes).replace(' ', ''),
  }),

  endpoint: required(nodeAddress(), {
    group: 'Connection',
    commands: ['status', 'checkpoint', 'cost'],
    help: 'Address of the node to ask; https://HOST:PORT of one with TLS.',
    default: '127.0.0.1:2379',
  }),
  timeout: required(duration('10ms', '10m'), {
    group: 'Connection',
    commands: ['status', 'checkpoint', 'cost'],
    help: 'How long to wait for the answer.',
    default: '5s',
  }),

  'log-level': required(choice(['debug', 'info', 'warn', 'error']), {
    group: 'Logs',
    commands: runOnly,
    help: 'Least important lines to write.',
    default: 'info',
  }),
  'log-format': optional(choice(['text', 'json']), {
    group: 'Logs',
    commands: runOnly,
    help: 'text for people, json (one object a line) for machines; on standard error.',
    defaultNote: 'text on a terminal, else json',
  }),
} as const;

export type SettingName = keyof typeof settingTable;

export type SettingValues = {
  readonly [Name in SettingName]: (typeof settingTable)[Name] extends RequiredSetting<infer Value>
    ? Value
    : (typeof settingTable)[Name] extends Setting<infer Value>
      ? Value | undefined
      : never;
};

export const settingNames = Object.keys(settingTable) as readonly SettingName[];

export function settingsOf(command: CommandName): readonly SettingName[] {
  return settingNames.filter((name) => (settingTable[name] as Setting<unknown>).commands.includes(command));
}

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settingTable, name);
}

export function environmentNameOf(name: SettingName): string {
  return `T4_${name.replaceAll('-', '_').toUpperCase()}`;
}

export interface RequiredSetting<Value> extends Setting<Value> {
  readonly default: string;
}

type Description<Value> = Omit<Setting<Value>, 'kind' | 'default' | 'secret'> & { readonly secret?: boolean };

function required<Value>(
  kind: SettingKind<Value>,
  description: Description<Value> & { readonly default: string },
): RequiredSetting<Value> {
  return { kind, secret: false, ...description };
}

function optional<Value>(kind: SettingKind<Value>, description: Description<Value>): Setting<Value> {
  return { kind, secret: false, ...description, default: undefined };
}

function wordProblem(given: string): string | undefined {
  return /^[A-Za-z0-9._+/=-]+$/.test(given)
    ? undefined
    : `${JSON.stringify(given)} has a character that is not allowed`;
}

/** Like the other, but the value must not show up in a message. */
function secretProblem(given: string): string | undefined {
  return /^[\x21-\x7e]+$/.test(given) ? undefined : 'has a space, a line end or another character that is not allowed';
}

function nameProblem(given: string): string | undefined {
  return given === '' ? 'is empty' : undefined;
}

function hostProblem(given: string): string | undefined {
  return /^[A-Za-z0-9._:[\]-]+$/.test(given) ? undefined : `${JSON.stringify(given)} is no host name and no address`;
}

function pathProblem(given: string): string | undefined {
  if (given === '') return 'is empty';
  return given.includes('\0') ? 'has a NUL in it' : undefined;
}

const nodeIdCharsMax = 128;

function nodeIdProblem(given: string): string | undefined {
  if (given.length > nodeIdCharsMax) return `is longer than ${nodeIdCharsMax} characters`;
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(given)
    ? undefined
    : `${JSON.stringify(given)} is not a name of letters, digits, ".", "_" and "-"`;
}
