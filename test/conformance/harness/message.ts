import type {
  Compare,
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  RequestOp,
  TxnRequest,
} from '../../../src/server/generated/etcdserverpb/kv.ts';
import {
  Compare as CompareCodec,
  DeleteRangeRequest as DeleteRangeCodec,
  PutRequest as PutCodec,
  RangeRequest as RangeCodec,
} from '../../../src/server/generated/etcdserverpb/kv.ts';
import type { WatchCreateRequest } from '../../../src/server/generated/etcdserverpb/watch.ts';
import { WatchCreateRequest as WatchCreateCodec } from '../../../src/server/generated/etcdserverpb/watch.ts';

/** Requests as cases write them: bytes as texts of one char a byte, numbers of 64 bits as numbers, enums as any number. */
export type Loose<T> = {
  readonly [Name in keyof T]?: T[Name] extends Uint8Array
    ? string | Uint8Array
    : T[Name] extends bigint
      ? number | bigint
      : T[Name] extends boolean
        ? boolean
        : T[Name] extends number
          ? number
          : T[Name] extends readonly number[]
            ? readonly number[]
            : T[Name];
};

/** What is not given is what the wire leaves out. */
export function messageOf<T extends object>(codec: { decode(bytes: Uint8Array): T }, fields: Loose<T>): T {
  const message = codec.decode(new Uint8Array(0)) as Record<string, unknown>;
  for (const [name, value] of Object.entries(fields)) {
    if (!(name in message)) throw new Error(`no field ${name}`);
    message[name] = exact(message[name], value);
  }
  return message as T;
}

function exact(empty: unknown, value: unknown): unknown {
  if (empty instanceof Uint8Array && typeof value === 'string') return Buffer.from(value, 'latin1');
  if (typeof empty === 'bigint' && typeof value === 'number') return BigInt(value);
  return value;
}

export const rangeOf = (fields: Loose<RangeRequest>): RangeRequest => messageOf(RangeCodec, fields);
export const putOf = (fields: Loose<PutRequest>): PutRequest => messageOf(PutCodec, fields);
export const deleteOf = (fields: Loose<DeleteRangeRequest>): DeleteRangeRequest => messageOf(DeleteRangeCodec, fields);
export const watchOf = (fields: Loose<WatchCreateRequest>): WatchCreateRequest => messageOf(WatchCreateCodec, fields);

/** Operations of a transaction. */
export const op = {
  range: (fields: Loose<RangeRequest>): RequestOp => ({ request: { $case: 'requestRange', value: rangeOf(fields) } }),
  put: (key: string, value = '', fields: Loose<PutRequest> = {}): RequestOp => ({
    request: { $case: 'requestPut', value: putOf({ key, value, ...fields }) },
  }),
  delete: (fields: Loose<DeleteRangeRequest>): RequestOp => ({
    request: { $case: 'requestDeleteRange', value: deleteOf(fields) },
  }),
  txn: (fields: Partial<TxnRequest>): RequestOp => ({ request: { $case: 'requestTxn', value: txnOf(fields) } }),
  empty: (): RequestOp => ({ request: undefined }),
};

export function txnOf(fields: Partial<TxnRequest>): TxnRequest {
  return { compare: [], success: [], failure: [], ...fields };
}

export const results = { '=': 0, '>': 1, '<': 2, '!=': 3 } as const;
export type Sign = keyof typeof results;

/** Everything that lies in front of a compare: its key, its range, its result. */
type Place = Pick<Loose<Compare>, 'rangeEnd' | 'result'>;

const cmpOf = (key: string, sign: Sign, rest: Loose<Compare>): Compare =>
  messageOf(CompareCodec, { key, result: results[sign], ...rest });

export const cmp = {
  version: (key: string, sign: Sign, value: number, place: Place = {}) =>
    cmpOf(key, sign, { target: 0, targetUnion: { $case: 'version', value: BigInt(value) }, ...place }),
  create: (key: string, sign: Sign, value: number, place: Place = {}) =>
    cmpOf(key, sign, { target: 1, targetUnion: { $case: 'createRevision', value: BigInt(value) }, ...place }),
  mod: (key: string, sign: Sign, value: number, place: Place = {}) =>
    cmpOf(key, sign, { target: 2, targetUnion: { $case: 'modRevision', value: BigInt(value) }, ...place }),
  value: (key: string, sign: Sign, value: string, place: Place = {}) =>
    cmpOf(key, sign, { target: 3, targetUnion: { $case: 'value', value: Buffer.from(value, 'latin1') }, ...place }),
  lease: (key: string, sign: Sign, value: number, place: Place = {}) =>
    cmpOf(key, sign, { target: 4, targetUnion: { $case: 'lease', value: BigInt(value) }, ...place }),
  /** Anything at all. */
  raw: (fields: Loose<Compare>) => messageOf(CompareCodec, fields),
};
