import { clientErrors } from '../../core/types/error.ts';
import { DatabaseError } from '../../host/database.ts';
import type { RequestOp, TxnRequest } from '../generated/etcdserverpb/kv.ts';
import { requestEnvelopeBytes } from '../limits.ts';
import type { Node } from './node.ts';

/** Only what would be logged is bounded: reads may be as long as a message may be. */
export function checkWriteBytes({ limits }: Node, requestBytes: number): void {
  if (requestBytes + requestEnvelopeBytes <= limits.requestBytesMax) return;
  throw new DatabaseError(clientErrors.requestTooLarge);
}

export function isReadOnly(txn: TxnRequest): boolean {
  return txn.success.every(isRead) && txn.failure.every(isRead);
}

function isRead({ request }: RequestOp): boolean {
  if (request?.$case === 'requestRange') return true;
  return request?.$case === 'requestTxn' && isReadOnly(request.value);
}
