import { configurationDefaults } from '../../core/configuration.ts';
import { clientLimitsDefault } from '../../server/limits.ts';
import { addresses, duration, flag, integer, size, texts, urls } from '../setting.ts';
import { formatDuration, formatSize } from '../units.ts';
import { optional, required } from './describe.ts';

const shared = { group: 'Clients', commands: ['run'] } as const;

/** How clients are served, and how much of them. */
export const clientSettings = {
  listen: required(addresses(), {
    ...shared,
    help: 'Addresses to serve etcd clients on; port 0 picks a free one. Anything but a loopback address needs a certificate (--cert-file, --auto-tls) or --allow-insecure-listen.',
    default: '127.0.0.1:2379',
  }),
  'allow-insecure-listen': required(flag(), {
    ...shared,
    help: 'Serve on addresses that other machines reach without encryption: whoever is on the way reads passwords and data, and where authentication is not enabled whoever reaches the port can read and write everything.',
    default: 'false',
  }),
  'listen-metrics-urls': optional(urls(), {
    ...shared,
    help: 'More URLs to serve /metrics, /health, /livez, /readyz and /version on, and nothing else, over plain HTTP. Anything but a loopback address needs --allow-insecure-listen.',
    defaultNote: 'none: on the addresses for clients alone',
  }),
  'advertise-client-urls': optional(urls(), {
    ...shared,
    help: 'URLs under which clients reach this node, as the member list tells them.',
    defaultNote: 'http://, or https:// where there is a certificate, and each --listen address',
  }),
  'request-timeout': required(duration('100ms', '10m'), {
    ...shared,
    help: 'A request without an answer by then fails with "etcdserver: request timed out"; whether a write happened is then unknown.',
    default: formatDuration(configurationDefaults.requestTimeoutMs),
  }),
  'watch-progress-notify-interval': required(duration('100ms', '24h'), {
    ...shared,
    help: 'How often an idle watch that asked for progress is told the current revision.',
    default: formatDuration(configurationDefaults.watchProgressNotifyIntervalMs),
  }),
  'drain-timeout': required(duration('0s', '10m'), {
    ...shared,
    help: 'How long a stop (SIGTERM, SIGINT) waits for requests under way before it cuts them off.',
    default: '5s',
  }),
  'host-whitelist': required(texts('HOST'), {
    ...shared,
    help: 'Host names by which clients may address HTTP in plain text (not gRPC); * allows any. Against web pages that give this address a name of their own.',
    default: '*',
  }),
  cors: optional(texts('ORIGIN'), {
    ...shared,
    help: 'Web pages that may use HTTP, by their origin, such as https://ui.example; * allows all, as etcd does. Requests of any other page are refused.',
    defaultNote: 'none: no web page',
  }),
  'max-request-bytes': required(size('1KiB', '512MiB'), {
    ...shared,
    help: 'A write may not be longer. A message of any kind may be half a MiB longer than that.',
    default: formatSize(clientLimitsDefault.requestBytesMax).replace(' ', ''),
  }),
  'max-requests': required(integer(1, 10_000_000), {
    ...shared,
    help: 'Requests of all clients that may wait for their answers at once; one more is refused with "etcdserver: too many requests".',
    default: String(clientLimitsDefault.requestsMax),
  }),
  'max-connections': required(integer(1, 1_000_000), {
    ...shared,
    help: 'Connections to each address, silent ones too; one more is closed at once.',
    default: String(clientLimitsDefault.connectionsMax),
  }),
  'max-connections-per-client': optional(integer(1, 1_000_000), {
    ...shared,
    help: 'Of those connections, so many from one address of clients (of IPv6: from one /64); one more is closed at once. All clients behind a proxy, or a node of Kubernetes, may have one address.',
    defaultNote: 'as many as there may be',
  }),
  'max-concurrent-streams': required(integer(1, 4_294_967_295), {
    ...shared,
    help: 'Calls and streams that one connection may have open at once.',
    default: String(clientLimitsDefault.connectionStreamsMax),
  }),
  'grpc-keepalive-min-time': required(duration('0s', '24h'), {
    ...shared,
    help: 'A client that pings more often than this while nothing else goes on is disconnected with "too_many_pings"; 0s lets it.',
    default: formatDuration(clientLimitsDefault.pingIntervalMinMs),
  }),
  'grpc-keepalive-interval': required(duration('1s', '24h'), {
    ...shared,
    help: 'A connection on which nothing happens is pinged this often, to see whether the client is still there.',
    default: formatDuration(clientLimitsDefault.keepaliveIntervalMs),
  }),
  'grpc-keepalive-timeout': required(duration('100ms', '24h'), {
    ...shared,
    help: 'A client that does not answer such a ping by then is taken to be gone.',
    default: formatDuration(clientLimitsDefault.keepaliveTimeoutMs),
  }),
} as const;
