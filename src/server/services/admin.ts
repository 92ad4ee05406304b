import type { CheckpointStatus, KeepingStatus } from '../../core/types/response.ts';
import type { UsageReport } from '../../host/store-usage/usage.ts';
import {
  AdminDefinition,
  type CheckpointDescription,
  type Keeping,
  type NodeSettings,
  type Retention,
} from '../generated/t4/v1/admin.ts';
import type { Method } from './call.ts';
import type { Node } from './node.ts';
import { methodsOf } from './service.ts';

/** What a process knows of its node that the node itself does not. */
export interface NodeFacts {
  /** For people; never with a secret. */
  readonly store: string;
  /** In that store; `''` of a root. */
  readonly home: string;
  readonly settings: {
    readonly durability: string;
    readonly leaseMs: number;
    readonly uploadIntervalMs: number;
    readonly checkpointSegments: number;
    readonly checkpointIntervalMs: number;
    readonly collectIntervalMs: number;
    readonly collectGraceMs: number;
    readonly logInflightMax: number;
    readonly memberIntervalMs: number;
  };
  usage(): UsageReport;
  /** How long that was counted, by the monotonic clock, and since when, by the wall clock. */
  countedMs(): number;
  readonly countedSinceWallMs: number;
}

/** T4's own service, beside etcd's. */
export function adminMethods(node: Node, facts: NodeFacts): readonly Method[] {
  return methodsOf(node, AdminDefinition, {
    usage: async (_request, context) => {
      // A node that does not lead knows no users; it tells of itself alone.
      if (await node.leads()) await node.mayAdminister(context);
      const { response } = await node.of(context).request<'status'>({ kind: 'status' });
      const { counts, latencies, problems } = facts.usage();
      return {
        store: facts.store,
        home: facts.home,
        role: response.role,
        countedMilliseconds: whole(facts.countedMs()),
        countedSinceUnixMilliseconds: whole(facts.countedSinceWallMs),
        counts: counts.map(({ operation, subject, outcome, ...numbers }) => ({
          operation,
          subject,
          outcome,
          requests: whole(numbers.requests),
          bytesUp: whole(numbers.bytesUp),
          bytesDown: whole(numbers.bytesDown),
          objects: whole(numbers.objects),
        })),
        latencies: latencies.map(({ operation, requests, milliseconds }) => ({
          operation,
          requests: whole(requests),
          milliseconds,
        })),
        problems: problems.map(({ code, requests }) => ({ code, requests: whole(requests) })),
        settings: settingsOf(facts),
        keeping: response.keeping && keepingOf(response.keeping),
        slot: whole(response.slot),
      };
    },
    checkpoint: async (_request, context) => {
      const { response } = await node.of(context).request<'checkpoint'>({ kind: 'checkpoint' });
      return {
        slot: whole(response.slot),
        revision: whole(response.revision),
        treeBytes: whole(response.treeBytes),
        objectsUploaded: whole(response.objectsUploaded),
        bytesUploaded: whole(response.bytesUploaded),
      };
    },
  });
}

function settingsOf({ settings }: NodeFacts): NodeSettings {
  return {
    durability: settings.durability,
    leaseMilliseconds: whole(settings.leaseMs),
    uploadIntervalMilliseconds: whole(settings.uploadIntervalMs),
    checkpointSegments: whole(settings.checkpointSegments),
    checkpointIntervalMilliseconds: whole(settings.checkpointIntervalMs),
    collectIntervalMilliseconds: whole(settings.collectIntervalMs),
    collectGraceMilliseconds: whole(settings.collectGraceMs),
    logInflightMax: whole(settings.logInflightMax),
    memberIntervalMilliseconds: whole(settings.memberIntervalMs),
  };
}

function keepingOf(keeping: KeepingStatus): Keeping {
  const { writing, collected } = keeping;
  return {
    retention: retentionOf(keeping),
    checkpoints: whole(keeping.checkpoints),
    oldest: keeping.oldest && checkpointOf(keeping.oldest),
    newest: keeping.newest && checkpointOf(keeping.newest),
    logFloor: whole(keeping.logFloor),
    logCollectedFloor: whole(keeping.logCollectedFloor),
    writing: writing && {
      chunksWritten: whole(writing.chunksWritten),
      chunksReused: whole(writing.chunksReused),
      chunksExpected: whole(writing.chunksExpected),
      bytesUploaded: whole(writing.bytesUploaded),
    },
    collected: {
      rounds: whole(collected.rounds),
      objectsCondemned: whole(collected.objectsCondemned),
      bytesCondemned: whole(collected.bytesCondemned),
      objectsDeleted: whole(collected.objectsDeleted),
      slotsDeleted: whole(collected.slotsDeleted),
      objectsWaiting: whole(collected.objectsWaiting),
    },
  };
}

function retentionOf({ retention }: KeepingStatus): Retention {
  switch (retention.kind) {
    case 'age':
      return { kind: { $case: 'ageMilliseconds', value: whole(retention.milliseconds) } };
    case 'size':
      return { kind: { $case: 'sizeBytes', value: whole(retention.bytes) } };
    case 'for-ever':
      return { kind: { $case: 'forEver', value: true } };
  }
}

function checkpointOf({ slot, revision, wallMs, treeBytes, historyBytes }: CheckpointStatus): CheckpointDescription {
  return {
    slot: whole(slot),
    revision: whole(revision),
    unixMilliseconds: whole(wallMs),
    treeBytes: whole(treeBytes),
    historyBytes: whole(historyBytes),
  };
}

function whole(value: number): bigint {
  return BigInt(Math.round(value));
}
