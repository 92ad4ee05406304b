import type { Database } from '../../host/database.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ClientLimits } from '../limits.ts';
import { adminMethods, type NodeFacts } from './admin.ts';
import { authMethods } from './auth.ts';
import type { Method } from './call.ts';
import { clusterMethods } from './cluster.ts';
import { electionMethods } from './election.ts';
import { healthMethods } from './health.ts';
import { kvMethods } from './kv.ts';
import { leaseMethods } from './lease.ts';
import { lockMethods } from './lock.ts';
import { maintenanceMethods } from './maintenance.ts';
import { createNode } from './node.ts';
import { reflectionMethods } from './reflection.ts';
import { watchMethods } from './watch.ts';

/** Every method of every service that etcd's clients know, and T4's own, for a transport to register. */
/** `facts` undefined: without T4's own service. */
export function serverMethods(
  database: Database,
  authenticator: Authenticator,
  limits: ClientLimits,
  facts?: NodeFacts,
): readonly Method[] {
  const node = createNode(database, authenticator.callerOf, limits);
  const methods = [
    ...kvMethods(node),
    ...watchMethods(node),
    ...leaseMethods(node),
    ...clusterMethods(node),
    ...maintenanceMethods(node),
    ...lockMethods(node),
    ...electionMethods(node),
    ...authMethods(node, authenticator),
    ...(facts === undefined ? [] : adminMethods(node, facts)),
    ...healthMethods(node),
  ];
  return [...methods, ...reflectionMethods(node, methods)];
}
