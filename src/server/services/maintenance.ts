import { clientErrors } from '../../core/types/error.ts';
import type { StatusResponse } from '../../core/types/response.ts';
import type { Resolved } from '../../host/database.ts';
import { databaseBytesQuota } from '../limits.ts';
import { MaintenanceDefinition } from '../generated/etcdserverpb/maintenance.ts';
import { etcdStorageVersion, etcdVersion } from '../version.ts';
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
        dbSizeQuota: BigInt(databaseBytesQuota),
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
  });
}

function errorsOf({ leader, problems }: Resolved<StatusResponse>): string[] {
  return leader === undefined ? [clientErrors.noLeader.message, ...problems] : [...problems];
}
