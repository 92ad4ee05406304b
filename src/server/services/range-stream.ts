import { clientErrors } from '../../core/types/error.ts';
import type { RangeRequest } from '../../core/types/request.ts';
import { DatabaseError } from '../../host/database.ts';
import type { RangeRequest as WireRangeRequest, RangeStreamResponse } from '../generated/etcdserverpb/kv.ts';
import { rangeChunkKeysFirst } from '../limits.ts';
import { rangeRequestOf } from '../wire/kv-request.ts';
import { rangeResponseOf } from '../wire/kv-response.ts';
import type { CallContext, ResponseStream } from './call.ts';
import { streamNotHere } from './lead.ts';
import type { Node } from './node.ts';
import { isFiltered, isInKeyOrder, nextChunkKeys } from './range-chunk.ts';

/**
 * One range in chunks: every chunk reads the same revision, the one that was current at the first; concatenated they are what Range
 * would have answered. The header, with that revision, `more` and `count` come with the last chunk alone.
 */
export async function streamRange(
  node: Node,
  wireRequest: WireRangeRequest,
  context: CallContext,
  responses: ResponseStream<RangeStreamResponse>,
): Promise<void> {
  const request = rangeRequestOf(wireRequest);
  const database = node.of(context);
  checkStreamable(request);
  let limitLeft = request.limit > 0 ? request.limit : Infinity;
  let keys = request.countOnly ? 0 : Math.min(rangeChunkKeysFirst, limitLeft);
  let chunk: RangeRequest = { ...request, limit: keys };
  let sent = 0;
  let revisionFirst: number | undefined;
  for (;;) {
    const asked = database.request<'range'>(chunk);
    const { header, response } = await (revisionFirst === undefined ? asked.catch(sendElsewhere) : asked);
    revisionFirst ??= header.revision;
    const last = response.kvs.at(-1);
    limitLeft -= response.kvs.length;
    if (!response.more || last === undefined || limitLeft <= 0) {
      const lastHeader = await node.header({ ...header, revision: revisionFirst });
      const rangeResponse = rangeResponseOf(lastHeader, { ...response, count: sent + response.count });
      responses.write({ rangeResponse });
      return;
    }
    sent += response.kvs.length;
    const rangeResponse = { ...rangeResponseOf(undefined, response), more: false, count: 0n };
    if (!responses.write({ rangeResponse })) await responses.room();
    keys = Math.min(nextChunkKeys(keys, response.kvs), limitLeft);
    const revision = request.revision > 0 ? request.revision : revisionFirst;
    chunk = { ...request, key: `${last.key}\0`, revision, limit: keys };
  }
}

/** In etcd's words. An order other than the keys' can only be told when everything was read. */
function checkStreamable(request: RangeRequest): void {
  if (!isInKeyOrder(request)) throw unimplemented('RangeStream does not support custom sort orders');
  if (isFiltered(request)) throw unimplemented('RangeStream does not support revision filters');
}

/** Only what nothing was sent of yet. */
function sendElsewhere(error: unknown): never {
  if (!(error instanceof DatabaseError) || error.clientError.message !== clientErrors.noLeader.message) throw error;
  throw new DatabaseError(streamNotHere);
}

function unimplemented(message: string): DatabaseError {
  return new DatabaseError({ status: 'Unimplemented', message });
}
