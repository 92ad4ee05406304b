import { clientErrors } from '../../core/types/error.ts';
import type { RangeRequest } from '../../core/types/request.ts';
import { type DatabaseAnswer, DatabaseError, type KeyValue } from '../../host/database.ts';
import { RangeResponse } from '../generated/etcdserverpb/kv.ts';
import { rangeAttemptsMax, rangeKeysAtOnceMax } from '../limits.ts';
import { rangeResponseOf } from '../wire/kv-response.ts';
import type { CallContext } from './call.ts';
import type { Node } from './node.ts';
import { isFiltered, isInKeyOrder, nextChunkKeys } from './range-chunk.ts';

/**
 * Range. One answer is one message, however long; what it is made of takes several times its room, so a long one is read and encoded in
 * chunks of one revision, and of all long ones under way one at a time.
 */
export type RangeReader = (
  node: Node,
  context: CallContext,
  request: RangeRequest,
) => Promise<RangeResponse | Uint8Array>;

export function createRangeReader(): RangeReader {
  let before: Promise<unknown> = Promise.resolve();
  return async (node, context, request) => {
    const database = node.of(context);
    if (!isLong(request)) {
      const { header, response } = await database.request<'range'>(request);
      return rangeResponseOf(await node.header(header), response);
    }
    const first = await database.request<'range'>({ ...request, limit: rangeKeysAtOnceMax });
    if (!first.response.more) return rangeResponseOf(await node.header(first.header), first.response);
    const mine = before.then(() => readLong(node, context, request));
    before = mine.catch(() => undefined);
    return mine;
  };
}

function isLong(request: RangeRequest): boolean {
  if (request.countOnly || !isInKeyOrder(request) || isFiltered(request)) return false;
  return request.rangeEnd !== undefined && (request.limit <= 0 || request.limit > rangeKeysAtOnceMax);
}

async function readLong(node: Node, context: CallContext, request: RangeRequest): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readInChunks(node, context, request);
    } catch (error) {
      if (!isCompacted(error) || request.revision > 0 || attempt === rangeAttemptsMax) throw error;
    }
  }
}

async function readInChunks(node: Node, context: CallContext, request: RangeRequest): Promise<Uint8Array> {
  const database = node.of(context);
  const limit = request.limit > 0 ? request.limit : Infinity;
  let keys = rangeKeysAtOnceMax;
  let answer: DatabaseAnswer<'range'> = await database.request<'range'>({ ...request, limit: keys });
  const { header } = answer;
  const { count } = answer.response;
  const revision = request.revision > 0 ? request.revision : header.revision;
  const pieces: Uint8Array[] = [];
  for (let read = 0; ;) {
    const { kvs, more } = answer.response;
    pieces.push(encoded(kvs, request.keysOnly));
    read += kvs.length;
    const last = kvs.at(-1);
    if (!more || last === undefined || read >= limit) {
      const head = { kind: 'range', kvs: [], more, count, keysOnly: request.keysOnly } as const;
      pieces.unshift(RangeResponse.encode(rangeResponseOf(await node.header(header), head)).finish());
      return joined(pieces);
    }
    keys = Math.min(nextChunkKeys(keys, kvs), limit - read);
    answer = await database.request<'range'>({ ...request, key: `${last.key}\0`, revision, limit: keys });
  }
}

/** Messages of one kind that follow each other are one message: their lists are put together. */
function encoded(kvs: readonly KeyValue[], keysOnly: boolean): Uint8Array {
  const part = { kind: 'range', kvs, more: false, count: 0, keysOnly } as const;
  return RangeResponse.encode(rangeResponseOf(undefined, part)).finish();
}

/** Each piece goes when it is copied. */
function joined(pieces: Uint8Array[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const [index, piece] of pieces.entries()) {
    bytes.set(piece, offset);
    offset += piece.length;
    pieces[index] = nothing;
  }
  return bytes;
}

const nothing = new Uint8Array(0);

function isCompacted(error: unknown): boolean {
  return error instanceof DatabaseError && error.clientError.message === clientErrors.compacted.message;
}
