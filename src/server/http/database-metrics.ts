import { databaseBytesQuota } from '../limits.ts';
import type { AddGauge, Seen, Status } from './metric.ts';

/** What the database holds, by its leader. */
export function databaseMetrics(gauge: AddGauge): void {
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
