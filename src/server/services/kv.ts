import { clientErrors } from '../../core/types/error.ts';
import { DatabaseError } from '../../host/database.ts';
import { KVDefinition, type TxnRequest, type TxnResponse } from '../generated/etcdserverpb/kv.ts';
import { numberOf } from '../wire/number.ts';
import { deleteRangeRequestOf, putRequestOf, rangeRequestOf, txnRequestOf } from '../wire/kv-request.ts';
import { deleteRangeResponseOf, putResponseOf, txnResponseOf } from '../wire/kv-response.ts';
import type { CallContext, Method } from './call.ts';
import type { Node } from './node.ts';
import { createRangeReader } from './range.ts';
import { streamRange } from './range-stream.ts';
import { checkWriteBytes, isReadOnly } from './request-size.ts';
import { methodsOf } from './service.ts';

export function kvMethods(node: Node): readonly Method[] {
  const range = createRangeReader();
  return methodsOf(node, KVDefinition, {
    range: (request, context) => range(node, context, rangeRequestOf(request)),
    rangeStream: (request, context, responses) => streamRange(node, request, context, responses),
    put: async (request, context, requestBytes) => {
      checkWriteBytes(node, requestBytes);
      const { header, response } = await node.of(context).request<'put'>(putRequestOf(request));
      return putResponseOf(await node.header(header), response);
    },
    deleteRange: async (request, context, requestBytes) => {
      checkWriteBytes(node, requestBytes);
      const { header, response } = await node.of(context).request<'delete-range'>(deleteRangeRequestOf(request));
      return deleteRangeResponseOf(await node.header(header), response);
    },
    txn: async (request, context, requestBytes) => {
      if (!isReadOnly(request)) checkWriteBytes(node, requestBytes);
      return transact(node, request, context);
    },
    compact: async ({ revision, physical }, context) => {
      const { header } = await node
        .of(context)
        .request<'compact'>({ kind: 'compact', revision: numberOf(revision), physical });
      return { header: await node.header(header) };
    },
  });
}

async function transact(node: Node, request: TxnRequest, context: CallContext): Promise<TxnResponse> {
  const converted = txnRequestOf(request);
  try {
    const { header, response } = await node.of(context).request<'txn'>(converted.request);
    return txnResponseOf(await node.header(header), response);
  } catch (error) {
    if (converted.sortOptionUnknown && isKeyNotFound(error)) throw new DatabaseError(clientErrors.invalidSortOption);
    throw error;
  }
}

function isKeyNotFound(error: unknown): boolean {
  return error instanceof DatabaseError && error.clientError.message === clientErrors.keyNotFound.message;
}
