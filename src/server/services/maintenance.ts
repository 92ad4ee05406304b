import { clientErrors, downgradeNotDone } from '../../core/types/error.ts';
import type { StatusResponse } from '../../core/types/response.ts';
import { DatabaseError, type Resolved } from '../../host/database.ts';
import { databaseBytesQuota } from '../limits.ts';
import { DowngradeRequest_DowngradeAction, MaintenanceDefinition } from '../generated/etcdserverpb/maintenance.ts';
import { etcdStorageVersion, etcdVersion } from '../version.ts';
import { alarmMemberOf, alarmRequestOf, alarmText } from '../wire/alarm.ts';
import { clusterVersion, downgradeProblem } from '../wire/downgrade.ts';
import { numberOf } from '../wire/number.ts';
import type { Method } from './call.ts';
import type { Node } from './node.ts';
import { methodsOf } from './service.ts';
import { hashDatabase, streamSnapshot } from './snapshot.ts';

export function maintenanceMethods(node: Node): readonly Method[] {
  return methodsOf(node, MaintenanceDefinition, {
    status: async (_request, context) => {
      const { header, response } = await node.of(context).request<'status'>({ kind: 'status' });
      const bytesInUse = Math.max(1, response.bytesInUse);
      return {
        header: await node.header(header),
        version: etcdVersion,
        // Never 0 and never less than what is in use, even when the store is empty: monitoring divides by it.
        dbSize: BigInt(Math.max(bytesInUse, response.bytesTotal)),
        dbSizeInUse: BigInt(bytesInUse),
        dbSizeQuota: BigInt(response.quotaBackendBytes === 0 ? databaseBytesQuota : response.quotaBackendBytes),
        leader: response.leader?.memberId ?? 0n,
        raftIndex: BigInt(response.sequence),
        raftAppliedIndex: BigInt(response.sequence),
        raftTerm: BigInt(response.epoch),
        errors: errorsOf(response),
        isLearner: false,
        storageVersion: etcdStorageVersion,
        downgradeInfo: { enabled: false, targetVersion: '' },
      };
    },
    hash: (_request, context) => hashDatabase(node, context),
    snapshot: (_request, context, responses) => streamSnapshot(node, context, responses),
    hashKV: async ({ revision }, context) => {
      const { header, response } = await node
        .of(context)
        .request<'hash-kv'>({ kind: 'hash-kv', revision: numberOf(revision) });
      return {
        header: await node.header(header),
        hash: response.hash,
        hashRevision: BigInt(response.hashRevision),
        // etcd's word for a store that was never compacted.
        compactRevision: response.compactRevision === 0 ? -1n : BigInt(response.compactRevision),
      };
    },
    alarm: async (request, context) => {
      const asked = alarmRequestOf(request);
      if (asked === undefined) {
        await node.mayAdminister(context);
        const { header } = await node.of(context).request<'status'>({ kind: 'status' });
        return { header: await node.header(header), alarms: [] };
      }
      const { header, response } = await node.of(context).request<'alarm'>(asked);
      return { header: await node.header(header), alarms: response.alarms.map(alarmMemberOf) };
    },
    // What etcd's file needs it for, a local store does by itself. Its answer has no header.
    defragment: async (_request, context) => {
      await node.mayAdminister(context);
      return { header: undefined };
    },
    moveLeader: async ({ targetID }, context) => {
      await node.of(context).request<'move-leader'>({ kind: 'move-leader', target: targetID });
      return { header: undefined };
    },
    downgrade: async ({ action, version }, context) => {
      await node.mayAdminister(context);
      switch (action) {
        case DowngradeRequest_DowngradeAction.VALIDATE:
        case DowngradeRequest_DowngradeAction.ENABLE: {
          const problem = downgradeProblem(version);
          if (problem !== undefined) throw new DatabaseError(problem);
          if (action === DowngradeRequest_DowngradeAction.ENABLE) throw new DatabaseError(downgradeNotDone);
          break;
        }
        case DowngradeRequest_DowngradeAction.CANCEL:
          break;
        default:
          throw new DatabaseError(clientErrors.unknownMethod);
      }
      const { header } = await node.of(context).request<'status'>({ kind: 'status' });
      return { header: await node.header(header), version: clusterVersion };
    },
  });
}

/** As etcd has them, and after them what an operator of this one should know. */
function errorsOf({ leader, alarms, problems }: Resolved<StatusResponse>): string[] {
  const leaderless = leader === undefined ? [clientErrors.noLeader.message] : [];
  return [...leaderless, ...alarms.map(alarmText), ...problems];
}
