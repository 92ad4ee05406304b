import { clientErrors } from '../../core/types/error.ts';
import { DatabaseError } from '../../host/database.ts';
import { KVDefinition, type TxnRequest, type TxnResponse } from '../generated/etcdserverpb/kv.ts';
import { numberOf } from '../wire/number.ts';
import { deleteRangeRequestOf, putRequestOf, rangeRequestOf, txnRequestOf } from '../wire/kv-request.ts';
import { deleteRangeResponseOf, putResponseOf, rangeResponseOf, txnResponseOf } from '../wire/kv-response.ts';
import type { CallContext, Method } from './call.ts';
import type { Node } from './node.ts';
import { streamRange } from './range-stream.ts';
import { checkWriteBytes, isReadOnly } from './request-size.ts';
import { methodsOf } from './service.ts';

export function kvMethods(node: Node): readonly Method[] {
  const { database } = node;
  return methodsOf(node, KVDefinition, {
    range: async (request, { signal }) => {
      const { header, response } = await database.request<'range'>(rangeRequestOf(request), signal);
      return rangeResponseOf(await node.header(header), response);
    },
    rangeStream: (request, context, responses) => streamRange(node, request, context, responses),
    put: async (request, { signal }, requestBytes) => {
      checkWriteBytes(requestBytes);
      const { header, response } = await database.request<'put'>(putRequestOf(request), signal);
      return putResponseOf(await node.header(header), response);
    },
    deleteRange: async (request, { signal }, requestBytes) => {
      checkWriteBytes(requestBytes);
      const { header, response } = await database.request<'delete-range'>(deleteRangeRequestOf(request), signal);
      return deleteRangeResponseOf(await node.header(header), response);
    },
    txn: async (request, context, requestBytes) => {
      if (!isReadOnly(request)) checkWriteBytes(requestBytes);
      return transact(node, request, context);
    },
    compact: async ({ revision, physical }, { signal }) => {
      const { header } = await database.request<'compact'>(
        { kind: 'compact', revision: numberOf(revision), physical },
        signal,
      );
      return { header: await node.header(header) };
    },
  });
}

async function transact(node: Node, request: TxnRequest, { signal }: CallContext): Promise<TxnResponse> {
  const converted = txnRequestOf(request);
  try {
    const { header, response } = await node.database.request<'txn'>(converted.request, signal);
    return txnResponseOf(await node.header(header), response);
  } catch (error) {
    if (converted.sortOptionUnknown && isKeyNotFound(error)) throw new DatabaseError(clientErrors.invalidSortOption);
    throw error;
  }
}

function isKeyNotFound(error: unknown): boolean {
  return error instanceof DatabaseError && error.clientError.message === clientErrors.keyNotFound.message;
}
