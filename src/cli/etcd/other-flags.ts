import { flagsOf, type EtcdFlag } from './flag.ts';

const noPeers = 'there are no peers to connect to';
const noTracing = 'traces are not exported';
const noMembersHashes =
  'a node that stands by holds no copy to compare; `--corrupt-check-time` holds the leader’s against the object store';
const noFile = 'there is no bbolt file here';

/** Flags of security, watching over a member, its log, and the rest. */
export const otherFlags: readonly EtcdFlag[] = [
  ...flagsOf('Security', [
    ['cert-file', 'text', '', 'setting', 'certificate of the clients’ port'],
    ['key-file', 'text', '', 'setting', 'its key'],
    ['client-cert-auth', 'bool', 'false', 'setting', 'clients need a certificate'],
    ['client-cert-file', 'text', '', 'ignored', 'a server shows the certificate of `--cert-file` alone'],
    ['client-key-file', 'text', '', 'ignored', 'a server shows the certificate of `--cert-file` alone'],
    ['client-crl-file', 'text', '', 'setting', 'certificates that are revoked'],
    ['client-cert-allowed-hostname', 'list', '', 'setting', 'whose certificates are taken'],
    ['trusted-ca-file', 'text', '', 'setting', 'who signs clients’ certificates'],
    ['auto-tls', 'bool', 'false', 'setting', 'a certificate made at the start'],
    ['self-signed-cert-validity', 'uint', '1', 'setting', 'of `--auto-tls`, in years'],
    ['peer-cert-file', 'text', '', 'ignored', noPeers],
    ['peer-key-file', 'text', '', 'ignored', noPeers],
    ['peer-client-cert-auth', 'bool', 'false', 'ignored', noPeers],
    ['peer-client-cert-file', 'text', '', 'ignored', noPeers],
    ['peer-client-key-file', 'text', '', 'ignored', noPeers],
    ['peer-trusted-ca-file', 'text', '', 'ignored', noPeers],
    ['peer-cert-allowed-cn', 'list', '', 'ignored', noPeers],
    ['peer-cert-allowed-hostname', 'list', '', 'ignored', noPeers],
    ['peer-auto-tls', 'bool', 'false', 'ignored', noPeers],
    ['peer-crl-file', 'text', '', 'ignored', noPeers],
    ['peer-skip-client-san-verification', 'bool', 'false', 'ignored', noPeers],
    ['cipher-suites', 'list', '', 'setting', 'of TLS'],
    ['tls-min-version', 'text', 'TLS1.2', 'setting', 'of TLS'],
    ['tls-max-version', 'text', '', 'setting', 'of TLS'],
    ['cors', 'list', '*', 'setting', 'origins of browsers; when it is left out none may, where etcd lets all'],
    ['host-whitelist', 'list', '*', 'setting', 'host names of requests without TLS'],
  ]),
  ...flagsOf('Auth', [
    ['auth-token', 'text', 'simple', 'setting', '`simple`, or `jwt` with its options'],
    ['bcrypt-cost', 'uint', '10', 'setting', 'of passwords'],
    ['auth-token-ttl', 'uint', '300', 'setting', 'of simple tokens, in seconds'],
  ]),
  ...flagsOf('Monitoring', [
    ['enable-pprof', 'bool', 'false', 'ignored', 'profiles are Node.js’s: NODE_OPTIONS=--inspect'],
    ['metrics', 'text', 'basic', 'used', 'basic or extensive: both tell all there is'],
    ['listen-metrics-urls', 'urls', '', 'setting', 'metrics and health'],
    ['enable-distributed-tracing', 'bool', 'false', 'refused', noTracing],
    ['distributed-tracing-address', 'text', 'localhost:4317', 'ignored', noTracing],
    ['distributed-tracing-service-name', 'text', 'etcd', 'ignored', noTracing],
    ['distributed-tracing-instance-id', 'text', '', 'ignored', noTracing],
    ['distributed-tracing-sampling-rate', 'int', '0', 'ignored', noTracing],
  ]),
  ...flagsOf('Logging', [
    ['logger', 'text', 'zap', 'refused', 'lines have zap’s form'],
    [
      'log-outputs',
      'list',
      'default',
      'used',
      '`default`, `stderr` and `systemd/journal`, which reads standard error, `stdout`, or files',
    ],
    ['log-level', 'text', 'info', 'used', 'debug, info, warn, error; panic and fatal are error'],
    ['log-format', 'text', 'json', 'used', 'json or console'],
    ['enable-log-rotation', 'bool', 'false', 'refused', 'leave it to whoever reads the log'],
    [
      'log-rotation-config-json',
      'text',
      '{"maxsize": 100, "maxage": 0, "maxbackups": 0, "localtime": false, "compress": false}',
      'ignored',
      'leave it to whoever reads the log',
    ],
    ['warning-unary-request-duration', 'duration', '300ms', 'ignored', 'slow requests are in the metrics'],
    ['warning-apply-duration', 'duration', '100ms', 'ignored', 'slow requests are in the metrics'],
  ]),
  ...flagsOf('Features', [
    ['config-file', 'text', '', 'used', 'YAML or JSON with etcd’s names; then flags and environment count for nothing'],
    ['version', 'bool', 'false', 'used', 'print it, and end'],
    [
      'corrupt-check-time',
      'duration',
      '0s',
      'setting',
      'how often the leader holds what it serves against the object store',
    ],
    ['experimental-initial-corrupt-check', 'bool', 'false', 'used', 'as `--feature-gates=InitialCorruptCheck=true`'],
    ['experimental-compact-hash-check-enabled', 'bool', 'false', 'ignored', noMembersHashes],
    ['compact-hash-check-time', 'duration', '1m0s', 'ignored', noMembersHashes],
    ['compaction-batch-limit', 'int', '0', 'ignored', 'a compaction takes a little at a time as it is'],
    ['compaction-sleep-interval', 'duration', '0s', 'ignored', 'a compaction takes a little at a time as it is'],
    ['watch-progress-notify-interval', 'duration', '10m', 'setting', 'how often an idle watch is told the revision'],
    ['bootstrap-defrag-threshold-megabytes', 'uint', '0', 'ignored', noFile],
    ['max-learners', 'int', '1', 'ignored', 'nobody learns: nodes stand by'],
    ['downgrade-check-time', 'duration', '5s', 'ignored', 'there is nothing to downgrade'],
  ]),
  ...flagsOf('Unsafe', [
    ['force-new-cluster', 'bool', 'false', 'ignored', 'any node may go on alone'],
    ['unsafe-no-fsync', 'bool', 'false', 'ignored', 'what is acknowledged is durable, always'],
  ]),
];
