/** Requests that leave their mark in a history. They never reject for what the server or the network did: that is an outcome. */
import type { TxnResponse } from '../../../src/server/generated/etcdserverpb/kv.ts';
import type { Recorder } from '../history/recorder.ts';
import type { KeyRange, KeyState, KeyWrite, LeaseGrant, ReadOperation, WriteOperation } from '../history/types.ts';
import type { EtcdConnection } from './connection.ts';
import { putRequest, rangeRequest, stateOf, txnRequest } from './messages.ts';
import { failureOf } from './outcome.ts';

export interface RecordingClient {
  readonly recorder: Recorder;
  /** One write without a guard goes as a Put, all else as a Txn. */
  write(
    connection: EtcdConnection,
    id: string,
    writes: readonly KeyWrite[],
    guard?: WriteOperation['guard'],
  ): Promise<WriteOperation['outcome']>;
  read(connection: EtcdConnection, id: string, range: KeyRange, atRevision: number): Promise<ReadOperation['outcome']>;
  grant(connection: EtcdConnection, lease: bigint, ttlSeconds: number): Promise<LeaseGrant['outcome']>;
}

export function createRecordingClient(recorder: Recorder, timeoutMs: number): RecordingClient {
  return {
    recorder,
    async write(connection, id, writes, guard) {
      const recording = recorder.write(id, writes, guard);
      const only = writes.length === 1 && guard === undefined ? writes[0]! : undefined;
      const asked =
        only?.value === undefined
          ? connection.txn(txnRequest(writes, guard), timeoutMs).then(txnOutcome)
          : connection
              .put(putRequest(only), timeoutMs)
              .then(({ header }) => ({ kind: 'applied', revision: Number(header!.revision) }) as const);
      const outcome = await asked.catch(failureOf);
      recording.end(outcome);
      return outcome;
    },
    async read(connection, id, range, atRevision) {
      const recording = recorder.read(id, range, atRevision);
      const outcome = await connection.range(rangeRequest(range, atRevision), timeoutMs).then(
        ({ header, kvs }) => ({ kind: 'read', revision: Number(header!.revision), found: kvs.map(stateOf) }) as const,
        (error: unknown) => ({ kind: 'failed', error: failureOf(error).error }) as const,
      );
      recording.end(outcome);
      return outcome;
    },
    async grant(connection, lease, ttlSeconds) {
      const recording = recorder.grant(lease, ttlSeconds);
      const outcome = await connection
        .leaseGrant({ ID: lease, TTL: BigInt(ttlSeconds) }, timeoutMs)
        .then(({ header }) => ({ kind: 'applied', revision: Number(header!.revision) }) as const)
        .catch(failureOf);
      recording.end(outcome);
      return outcome;
    },
  };
}

function txnOutcome({ header, succeeded, responses }: TxnResponse): WriteOperation['outcome'] {
  const revision = Number(header!.revision);
  if (succeeded) return { kind: 'applied', revision };
  const response = responses[0]?.response;
  if (response?.$case !== 'responseRange') throw new Error('the failure branch reads, and was not answered');
  const kv = response.value.kvs[0];
  const found: KeyState | undefined = kv === undefined ? undefined : stateOf(kv);
  return { kind: 'compare-failed', revision, found };
}
