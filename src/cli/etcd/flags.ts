import type { EtcdFlag } from './flag.ts';
import { goneFlags } from './gone-flags.ts';
import { memberFlags } from './member-flags.ts';
import { otherFlags } from './other-flags.ts';

/** Every flag of etcd 3.6, and what 3.4 and 3.5 had beside. docs/etcd-flags.md comes from this table. */
export const etcdFlags: readonly EtcdFlag[] = [...memberFlags, ...otherFlags, ...goneFlags];

const byName = new Map(etcdFlags.map((flag) => [flag.name, flag]));

/** Under former names too: 3.6 takes them with a warning. */
export function etcdFlagNamed(name: string): EtcdFlag | undefined {
  return byName.get(name) ?? byName.get(formerNames.get(name) ?? '');
}

/** Of 3.6: a flag that was an experiment, and what it is called now. */
export const formerNames: ReadonlyMap<string, string> = new Map(
  [
    'compact-hash-check-time',
    'corrupt-check-time',
    'compaction-batch-limit',
    'watch-progress-notify-interval',
    'warning-apply-duration',
    'warning-unary-request-duration',
    'bootstrap-defrag-threshold-megabytes',
    'memory-mlock',
    'snapshot-catchup-entries',
    'compaction-sleep-interval',
    'downgrade-check-time',
    'peer-skip-client-san-verification',
    'enable-distributed-tracing',
    'distributed-tracing-address',
    'distributed-tracing-service-name',
    'distributed-tracing-instance-id',
    'distributed-tracing-sampling-rate',
  ].map((name) => [`experimental-${name}`, name]),
);

/** Experiments of 3.6 without another name, and what etcd itself takes and passes over, with a value or without one: none means anything here. */
export const passedOver: ReadonlySet<string> = new Set([
  'experimental-enable-lease-checkpoint',
  'experimental-enable-lease-checkpoint-persist',
  'experimental-txn-mode-write-with-shared-buffer',
  'experimental-stop-grpc-service-on-defrag',
  'cluster-active-size',
  'cluster-remove-delay',
  'cluster-sync-interval',
  'config',
  'force',
  'max-result-buffer',
  'max-retry-attempts',
  'peer-heartbeat-interval',
  'peer-election-timeout',
  'retry-interval',
  'snapshot',
  'v',
  'vv',
]);
