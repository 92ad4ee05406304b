import type { AddLabeled } from './metric.ts';

/** What was answered to who asked for the health. */
export function healthMetrics(gauges: AddLabeled, counters: AddLabeled): void {
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
}
