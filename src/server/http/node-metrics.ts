import type { Role } from '../../core/types/response.ts';
import { etcdStorageVersion, etcdVersion } from '../version.ts';
import type { AddGauge, AddLabeled } from './metric.ts';

const roles: readonly Role[] = ['starting', 'standby', 'recovering', 'leader', 'stopping', 'stopped', 'failed'];

const hexDigits = 16;

/** Who this node is, and what it does. */
export function nodeMetrics(gauge: AddGauge, gauges: AddLabeled): void {
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
