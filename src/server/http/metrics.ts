import { Counter, Gauge, Registry } from 'prom-client';
import { latencyBoundsMs, type UsageReport } from '../../host/store-usage/usage.ts';
import type { Role } from '../../core/types/response.ts';
import type { Database } from '../../host/database.ts';
import type { CallCounts } from '../call-counts.ts';
import { databaseBytesQuota } from '../limits.ts';
import type { NodeFacts } from '../services/admin.ts';
import { etcdStorageVersion, etcdVersion } from '../version.ts';
import { callMetrics } from './call-metrics.ts';
import type { HttpRoute } from './answer.ts';
import type { HealthCounts } from './health.ts';
import type { AddGauge, AddLabeled, Labels, Seen, Status } from './metric.ts';
import { processMetrics } from './process-metrics.ts';

/**
 * `/metrics`, in Prometheus' text form. Names of etcd's where they mean the same, `t4_…` for the rest. Everything is read when it is asked
 * for, and every label has a bounded number of values: none is a key, a client or an object's name.
 */
const roles: readonly Role[] = ['starting', 'standby', 'recovering', 'leader', 'stopping', 'stopped', 'failed'];
const hexDigits = 16;

export function createMetrics(
  database: Database,
  facts: NodeFacts,
  calls: CallCounts,
  health: () => HealthCounts,
): HttpRoute {
  const registry = new Registry();
  const setters: ((seen: Seen) => void)[] = [];

  function gauge(name: string, help: string, value: (seen: Seen) => number | undefined): void {
    const metric = new Gauge({ name, help, registers: [registry] });
    setters.push((seen) => {
      const now = value(seen);
      if (now === undefined) metric.remove();
      else metric.set(now);
    });
  }

  function gauges(
    name: string,
    help: string,
    labelNames: readonly string[],
    values: (seen: Seen) => Iterable<readonly [Labels, number]>,
  ): void {
    const metric = new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
    setters.push((seen) => {
      metric.reset();
      for (const [labels, value] of values(seen)) metric.set(labels, value);
    });
  }

  function counters(
    name: string,
    help: string,
    labelNames: readonly string[],
    values: (seen: Seen) => Iterable<readonly [Labels, number]>,
  ): void {
    const metric = new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });
    setters.push((seen) => {
      metric.reset();
      for (const [labels, value] of values(seen)) metric.inc(labels, value);
    });
  }

  nodeMetrics(gauge, gauges);
  databaseMetrics(gauge);
  keepingMetrics(gauge, counters);
  storeMetrics(counters);
  registerLatencies(registry, setters);
  gauges('etcd_server_healthcheck', 'The result of each kind of healthcheck.', ['type', 'name'], ({ health: seen }) =>
    seen.checks.map(({ probe, name, isWell }) => [{ type: probe, name }, Number(isWell)]),
  );
  counters(
    'etcd_server_healthchecks_total',
    'The results of all healthchecks.',
    ['type', 'name', 'status'],
    function* ({ health: seen }) {
      for (const { probe: type, name, success, error } of seen.checks) {
        yield [{ type, name, status: 'success' }, success];
        yield [{ type, name, status: 'error' }, error];
      }
    },
  );
  counters('etcd_server_health_success', 'Health checks that succeeded.', [], ({ health: seen }) => [
    [{}, seen.successes],
  ]);
  counters('etcd_server_health_failures', 'Health checks that failed.', [], ({ health: seen }) => [
    [{}, seen.failures],
  ]);
  callMetrics(counters, calls);
  processMetrics(gauge, counters);

  return async () => {
    const { response } = await database.request<'status'>({ kind: 'status' });
    const seen = { status: response, usage: facts.usage(), health: health() };
    for (const set of setters) set(seen);
    return { status: 200, type: registry.contentType, body: await registry.metrics() };
  };
}

function nodeMetrics(gauge: AddGauge, gauges: AddLabeled): void {
  gauge('etcd_server_has_leader', 'Whether a leader is known: 1 is, 0 is not.', ({ status }) =>
    Number(status.leader !== undefined),
  );
  gauge('etcd_server_is_leader', 'Whether this node leads: 1 does, 0 does not.', ({ status }) =>
    Number(status.role === 'leader' && status.ready),
  );
  gauge(
    'etcd_server_leader_changes_seen_total',
    'Reigns of the database so far, whoever led.',
    ({ status }) => status.epoch,
  );
  gauges('etcd_server_id', 'This node, in hexadecimal.', ['server_id'], ({ status }) => [
    [{ server_id: BigInt.asUintN(64, status.self.memberId).toString(16).padStart(hexDigits, '0') }, 1],
  ]);
  gauges('etcd_server_version', 'The etcd whose interface this is.', ['server_version'], () => [
    [{ server_version: etcdVersion }, 1],
  ]);
  gauges('etcd_cluster_version', 'The etcd whose interface the cluster has.', ['cluster_version'], () => [
    [{ cluster_version: etcdStorageVersion.split('.').slice(0, 2).join('.') }, 1],
  ]);
  gauges('t4_node_role', 'What this node does: 1 at its role.', ['role'], ({ status }) =>
    roles.map((role) => [{ role }, Number(role === status.role)]),
  );
  gauge('t4_epoch', 'Number of the reign.', ({ status }) => status.epoch);
  gauge(
    't4_problems',
    'What an operator should know of; t4 status tells what it is.',
    ({ status }) => status.problems.length,
  );
}

function databaseMetrics(gauge: AddGauge): void {
  const leading =
    (value: (status: Status) => number) =>
    ({ status }: Seen): number | undefined =>
      status.keeping === undefined ? undefined : value(status);
  gauge(
    'etcd_debugging_mvcc_keys_total',
    'Keys.',
    leading(({ keys }) => keys),
  );
  gauge(
    'etcd_debugging_mvcc_current_revision',
    'Newest revision.',
    leading(({ revision }) => revision),
  );
  gauge(
    'etcd_debugging_mvcc_compact_revision',
    'Newest compaction.',
    leading(({ compactRevision }) => compactRevision),
  );
  gauge(
    'etcd_debugging_mvcc_watcher_total',
    'Watchers.',
    leading(({ watchers }) => watchers),
  );
  gauge(
    'etcd_mvcc_db_total_size_in_bytes',
    'Keys and values of all retained versions.',
    leading(({ bytesTotal }) => bytesTotal),
  );
  gauge(
    'etcd_mvcc_db_total_size_in_use_in_bytes',
    'Keys and values of the newest versions.',
    leading(({ bytesInUse }) => bytesInUse),
  );
  gauge('etcd_server_quota_backend_bytes', 'Told for planning; nothing is refused for it.', () => databaseBytesQuota);
  gauge(
    'etcd_server_proposals_committed_total',
    'Records that are durable.',
    leading(({ sequence }) => sequence),
  );
  gauge(
    'etcd_server_proposals_applied_total',
    'Records that are applied.',
    leading(({ sequence }) => sequence),
  );
  gauge(
    't4_versions',
    'Retained versions of keys.',
    leading(({ versions }) => versions),
  );
  gauge(
    't4_leases',
    'Leases of clients.',
    leading(({ leases }) => leases),
  );
  gauge(
    't4_log_slot',
    'Last slot of the log that is filled.',
    leading(({ slot }) => slot),
  );
}

function keepingMetrics(gauge: AddGauge, counters: AddLabeled): void {
  const kept =
    (value: (keeping: NonNullable<Status['keeping']>) => number | undefined) =>
    ({ status: { keeping } }: Seen): number | undefined =>
      keeping && value(keeping);
  gauge(
    't4_log_floor_slot',
    'First slot of the log that is certain to be kept.',
    kept(({ logFloor }) => logFloor),
  );
  gauge(
    't4_checkpoints',
    'Checkpoints that the manifest names.',
    kept(({ checkpoints }) => checkpoints),
  );
  gauge(
    't4_checkpoint_slot',
    'Slot of the newest checkpoint.',
    kept(({ newest }) => newest?.slot),
  );
  gauge(
    't4_checkpoint_revision',
    'Revision of the newest checkpoint.',
    kept(({ newest }) => newest?.revision),
  );
  gauge(
    't4_checkpoint_timestamp_seconds',
    'Time of the newest record in the newest checkpoint.',
    kept(({ newest }) => newest && newest.wallMs / 1_000),
  );
  gauge(
    't4_checkpoint_bytes',
    'All that the newest checkpoint names.',
    kept(({ newest }) => newest?.treeBytes),
  );
  gauge(
    't4_history_bytes',
    'What is kept from the oldest checkpoint to the newest, beyond that.',
    kept(({ oldest, newest }) => oldest && newest && newest.historyBytes - oldest.historyBytes),
  );
  gauge(
    't4_checkpoint_writing',
    'Whether a checkpoint is being written.',
    kept(({ writing }) => Number(writing !== undefined)),
  );
  gauge(
    't4_collector_waiting_objects',
    'Objects that are condemned and not deleted yet.',
    kept(({ collected }) => collected.objectsWaiting),
  );
  const checked =
    (value: (checked: NonNullable<Status['checked']>) => number) =>
    ({ status }: Seen): number | undefined =>
      status.checked && value(status.checked);
  gauge(
    't4_corruption_check_mismatches',
    'Objects that the last check of this leader found not to be what it serves.',
    checked(({ mismatches }) => mismatches),
  );
  counters(
    't4_corruption_checks_total',
    'How often this leader has held what it serves against the object store since it leads.',
    [],
    ({ status }) => (status.keeping === undefined ? [] : [[{}, status.checked?.checks ?? 0]]),
  );
  const collected = [
    ['rounds', 'Collections by this leader since it leads.'],
    ['objectsCondemned', 'Objects that it condemned.'],
    ['bytesCondemned', 'Bytes of the objects that it condemned.'],
    ['objectsDeleted', 'Objects that it deleted.'],
    ['slotsDeleted', 'Slots of the log that it deleted.'],
  ] as const;
  for (const [field, help] of collected) {
    const name = field.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`);
    counters(`t4_collector_${name}_total`, help, [], ({ status: { keeping } }) =>
      keeping === undefined ? [] : [[{}, keeping.collected[field]]],
    );
  }
}

function storeMetrics(counters: AddLabeled): void {
  counters(
    't4_store_requests_total',
    'Requests to the object store, as they are paid for.',
    ['operation', 'object', 'outcome'],
    ({ usage }) =>
      usage.counts.map(({ operation, subject, outcome, requests }) => [
        { operation, object: subject, outcome },
        requests,
      ]),
  );
  counters(
    't4_store_bytes_total',
    'Bytes of bodies sent to the object store and read from it.',
    ['operation', 'object', 'direction'],
    function* ({ usage }) {
      for (const { operation, subject, bytesUp, bytesDown } of usage.counts) {
        if (bytesUp > 0) yield [{ operation, object: subject, direction: 'up' }, bytesUp];
        if (bytesDown > 0) yield [{ operation, object: subject, direction: 'down' }, bytesDown];
      }
    },
  );
  counters(
    't4_store_problems_total',
    'Requests that ended with an error of the store or of the way to it, by its code.',
    ['code'],
    ({ usage }) => usage.problems.map(({ code, requests }) => [{ code }, requests]),
  );
}

/** Counted elsewhere already, so the library is given what it would have counted. */
function registerLatencies(registry: Registry, setters: ((seen: Seen) => void)[]): void {
  const name = 't4_store_request_duration_seconds';
  let latencies: UsageReport['latencies'] = [];
  setters.push(({ usage }) => (latencies = usage.latencies));
  const values = () =>
    latencies.flatMap(({ operation, requests, milliseconds, within }) => {
      let sum = 0;
      const buckets = latencyBoundsMs.map((boundMs, index) => ({
        labels: { le: boundMs / 1_000, operation },
        value: (sum += within[index]!),
        metricName: `${name}_bucket`,
      }));
      return [
        ...buckets,
        { labels: { le: '+Inf', operation }, value: requests, metricName: `${name}_bucket` },
        { labels: { operation }, value: milliseconds / 1_000, metricName: `${name}_sum` },
        { labels: { operation }, value: requests, metricName: `${name}_count` },
      ];
    });
  const metric = {
    name,
    get: async () => ({
      name,
      help: 'How long requests to the object store took.',
      type: 'histogram',
      values: values(),
      aggregator: 'sum',
    }),
    reset: () => undefined,
  };
  registry.registerMetric(metric as never);
}
