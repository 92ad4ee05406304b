/** The keys and values of the bench, and the messages about them, encoded once: what is measured is the server. */
import { PutRequest, PutResponse, RangeRequest, RangeResponse } from '../../src/server/generated/etcdserverpb/kv.ts';
import { messageFrame } from './frames.ts';

export const keyBytes = 64;
export const valueBytes = 256;
/** Small enough that both servers hold all of it in memory, large enough that calls rarely meet on one key. */
export const keyCount = 10_000;

export type Operation = 'put' | 'get';
export const operations: readonly Operation[] = ['put', 'get'];

export const operationPaths = { put: '/etcdserverpb.KV/Put', get: '/etcdserverpb.KV/Range' } as const;

export interface Messages {
  /** As `messageFrame` makes them, by number of the key. */
  readonly requests: readonly Buffer[];
  /** What is wrong with an answer to the request of this number; undefined: nothing. */
  problem(index: number, answer: Buffer): string | undefined;
  revision(answer: Buffer): number;
}

export function messagesOf(operation: Operation): Messages {
  return operation === 'put' ? putMessages() : getMessages();
}

function putMessages(): Messages {
  const requests = indexes().map((index) =>
    messageFrame(PutRequest.encode({ ...plainPut, key: keyOf(index), value: valueOf(index) }).finish()),
  );
  const revision = (answer: Buffer) => Number(PutResponse.decode(answer).header?.revision ?? 0n);
  return { requests, revision, problem: (_index, answer) => (answer.length === 0 ? 'empty answer' : undefined) };
}

function getMessages(): Messages {
  const requests = indexes().map((index) =>
    messageFrame(RangeRequest.encode({ ...plainGet, key: keyOf(index) }).finish()),
  );
  const values = indexes().map(valueOf);
  return {
    requests,
    revision: (answer) => Number(RangeResponse.decode(answer).header?.revision ?? 0n),
    problem: (index, answer) => (answer.includes(values[index]!) ? undefined : 'the answer lacks the value'),
  };
}

const plainPut: Omit<PutRequest, 'key' | 'value'> = {
  lease: 0n,
  prevKv: false,
  ignoreValue: false,
  ignoreLease: false,
};

/** Linearizable, of one key. */
const plainGet: Omit<RangeRequest, 'key'> = {
  rangeEnd: Buffer.alloc(0),
  limit: 0n,
  revision: 0n,
  sortOrder: 0,
  sortTarget: 0,
  serializable: false,
  keysOnly: false,
  countOnly: false,
  minModRevision: 0n,
  maxModRevision: 0n,
  minCreateRevision: 0n,
  maxCreateRevision: 0n,
};

function indexes(): readonly number[] {
  return Array.from({ length: keyCount }, (_, index) => index);
}

function keyOf(index: number): Buffer {
  return Buffer.from(`bench/${String(index).padStart(keyBytes - 'bench/'.length, '0')}`, 'latin1');
}

/** Bytes that differ from key to key and do not shrink when compressed. */
function valueOf(index: number): Buffer {
  const bytes = Buffer.alloc(valueBytes);
  let state = index + 1;
  for (let at = 0; at < valueBytes; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
