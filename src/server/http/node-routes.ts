import type { Database } from '../../host/database.ts';
import type { CallCounts } from '../call-counts.ts';
import type { NodeFacts } from '../services/admin.ts';
import { etcdStorageVersion, etcdVersion } from '../version.ts';
import { debugVars } from './debug-vars.ts';
import { createHealth } from './health.ts';
import { jsonType, type HttpRoute } from './answer.ts';
import { createMetrics } from './metrics.ts';

/** What a node tells over HTTP without being asked for data: metrics, health, version. `facts` undefined: no metrics. */
export type Routes = (path: string) => HttpRoute | undefined;

export function nodeRoutes(database: Database, facts: NodeFacts | undefined, calls: CallCounts): Routes {
  const health = createHealth(database);
  const metricsRoute = (known: NodeFacts) =>
    ['/metrics', createMetrics(database, known, calls, () => health.counts())] as const;
  const version = JSON.stringify({
    etcdserver: etcdVersion,
    etcdcluster: etcdStorageVersion,
    storage: etcdStorageVersion,
  });
  const routes = new Map<string, HttpRoute>([
    ...health.routes,
    ...(facts === undefined ? [] : [metricsRoute(facts)]),
    ['/debug/vars', debugVars(database)],
    ['/version', () => ({ status: 200, type: jsonType, body: version })],
  ]);
  return (path) => routes.get(path);
}
