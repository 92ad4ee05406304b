import type { KeyRange, KeyWrite, LeaseGrant, Operation, ReadOperation, WriteOperation } from './types.ts';

/** Until a client hears of it, an operation may have happened and may still: also when its client never hears of it. */
const notHeardOf = { kind: 'unknown', error: 'no answer' } as const;

export interface Recorder {
  readonly operations: readonly Operation[];
  /** An id that no other operation of this history has. */
  nextId(client: string): string;
  write(id: string, writes: readonly KeyWrite[], guard?: WriteOperation['guard']): Recording<WriteOperation>;
  read(id: string, range: KeyRange, atRevision: number): Recording<ReadOperation>;
  grant(lease: bigint, ttlSeconds: number): Recording<LeaseGrant>;
}

export interface Recording<Kind extends Operation> {
  readonly operation: Kind;
  end(outcome: Kind['outcome']): void;
}

export function createRecorder(): Recorder {
  const operations: Operation[] = [];
  let place = 0;
  let ids = 0;

  function begin<Kind extends Operation>(operation: Kind): Recording<Kind> {
    operations.push(operation);
    return {
      operation,
      end(outcome) {
        operation.outcome = outcome;
        operation.returned = place++;
      },
    };
  }

  return {
    operations,
    nextId: (client) => `${client}.${(ids++).toString(36)}`,
    write: (id, writes, guard) =>
      begin<WriteOperation>({
        kind: 'write',
        id,
        writes,
        guard,
        invoked: place++,
        returned: Number.POSITIVE_INFINITY,
        outcome: notHeardOf,
      }),
    read: (id, range, atRevision) =>
      begin<ReadOperation>({
        kind: 'read',
        id,
        range,
        atRevision,
        invoked: place++,
        returned: Number.POSITIVE_INFINITY,
        outcome: { kind: 'failed', error: notHeardOf.error },
      }),
    grant: (lease, ttlSeconds) =>
      begin<LeaseGrant>({
        kind: 'grant',
        lease,
        ttlSeconds,
        sentMs: performance.now(),
        invoked: place++,
        returned: Number.POSITIVE_INFINITY,
        outcome: notHeardOf,
      }),
  };
}
