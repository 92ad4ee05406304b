import { Counter, Gauge, Registry } from 'prom-client';
import type { Database } from '../../host/database.ts';
import type { CallCounts } from '../call-counts.ts';
import type { NodeFacts } from '../services/admin.ts';
import type { HttpRoute } from './answer.ts';
import { callMetrics } from './call-metrics.ts';
import { databaseMetrics } from './database-metrics.ts';
import { healthMetrics } from './health-metrics.ts';
import type { HealthCounts } from './health.ts';
import { keepingMetrics } from './keeping-metrics.ts';
import type { Labels, Seen } from './metric.ts';
import { nodeMetrics } from './node-metrics.ts';
import { processMetrics } from './process-metrics.ts';
import { registerLatencies, storeMetrics } from './store-metrics.ts';

/**
 * `/metrics`, in Prometheus' text form. Names of etcd's where they mean the same, `t4_…` for the rest. Everything is read when it is asked
 * for, and every label has a bounded number of values: none is a key, a client or an object's name.
 */
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
  healthMetrics(gauges, counters);
  callMetrics(counters, calls);
  processMetrics(gauge, counters);

  return async () => {
    const { response } = await database.request<'status'>({ kind: 'status' });
    const seen = { status: response, usage: facts.usage(), health: health() };
    for (const set of setters) set(seen);
    return { status: 200, type: registry.contentType, body: await registry.metrics() };
  };
}
