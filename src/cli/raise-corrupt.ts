/** The alarm of a database that is not what it should be, raised at a node that serves it: from then on nothing is changed until somebody takes it back. */
import {
  AlarmRequest,
  AlarmRequest_AlarmAction,
  AlarmResponse,
  AlarmType,
  StatusRequest,
  StatusResponse,
} from '../server/generated/etcdserverpb/maintenance.ts';
import { clusterIdOf } from '../server/wire/header.ts';
import { CliError, exitCodes } from './cli-error.ts';
import { withEtcd } from './etcd-client.ts';
import type { EtcdEndpoint } from './etcd-endpoint.ts';

/** `databaseId` undefined: too much is damaged to tell which one it is. */
export async function raiseCorrupt(
  endpoint: EtcdEndpoint,
  databaseId: Uint8Array | undefined,
  signal: AbortSignal,
): Promise<void> {
  await withEtcd(endpoint, signal, async (client) => {
    const status = await client.call('/etcdserverpb.Maintenance/Status', StatusRequest, StatusResponse, {});
    if (databaseId !== undefined && status.header?.clusterId !== clusterIdOf(databaseId)) {
      throw new CliError(
        exitCodes.failed,
        `${endpoint.url} serves another database: no alarm is raised there`,
        'name a node of the database that was checked with --alarm',
      );
    }
    await client.call('/etcdserverpb.Maintenance/Alarm', AlarmRequest, AlarmResponse, {
      action: AlarmRequest_AlarmAction.ACTIVATE,
      memberID: status.leader,
      alarm: AlarmType.CORRUPT,
    });
  });
}
