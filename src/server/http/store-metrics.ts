import { latencyBoundsMs, type UsageReport } from '../../host/store-usage/usage.ts';
import type { AddLabeled, Seen } from './metric.ts';
import type { Registry } from 'prom-client';

/** Requests to the object store. */
export function storeMetrics(counters: AddLabeled): void {
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
export function registerLatencies(registry: Registry, setters: ((seen: Seen) => void)[]): void {
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
