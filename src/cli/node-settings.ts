import type { NodeOptions } from '../host/node.ts';
import type { NodeFacts } from '../server/services/admin.ts';
import { autoCompactionOf } from './auto-compaction-settings.ts';
import type { Settings } from './resolve-settings.ts';
import { acceptsLocalLoss } from './run-settings.ts';

/** What the settings say of the database, as the node takes it. */
export function nodeSettingsOf(settings: Settings) {
  const { values } = settings;
  return {
    ...toldSettingsOf(settings),
    acceptLocalLoss: acceptsLocalLoss(settings),
    ...(values.retention === undefined ? {} : { retention: values.retention }),
    corruptCheckMs: values['corrupt-check-time'],
    initialCorruptCheck: values['initial-corrupt-check'],
    autoCompaction: autoCompactionOf(values['auto-compaction-mode'], values['auto-compaction-retention']),
    requestTimeoutMs: values['request-timeout'],
    quotaBackendBytes: values['quota-backend-bytes'],
    txnOperationsMax: values['max-txn-ops'],
    valueCacheBytes: values['value-cache-size'],
    watchProgressNotifyIntervalMs: values['watch-progress-notify-interval'],
  } satisfies Partial<NodeOptions>;
}

/** Those that the node tells to who asks what its requests to the store come from. */
export function toldSettingsOf({ values }: Settings) {
  return {
    durability: values.durability,
    leaseMs: values['lease-ttl'],
    memberIntervalMs: values['member-interval'],
    logInflightMax: values['log-inflight-max'],
    uploadIntervalMs: values['upload-interval'],
    checkpointSegments: values['checkpoint-segments'],
    checkpointIntervalMs: values['checkpoint-interval'],
    collectIntervalMs: values['collect-interval'],
    collectGraceMs: values['collect-grace'],
  } satisfies NodeFacts['settings'];
}
