import type { TxnOperation, TxnRequest } from '../types/request.ts';
import type { WriteRequest } from '../write/evaluate.ts';

/**
 * Whether a write fits into the quota, by etcd's estimate of what it costs (`server/storage/quota.go`). What adds nothing always fits, so that
 * space can be given back.
 *
 * @param bytesTotal of keys and values of all retained versions
 * @param quotaBytes 0: no quota
 */
export function fitsQuota(request: WriteRequest, bytesTotal: number, quotaBytes: number): boolean {
  if (quotaBytes === 0) return true;
  const cost = costOf(request);
  return cost === 0 || bytesTotal + cost < quotaBytes;
}

/** What a key costs beyond itself and its value, and a lease altogether. */
const keyOverheadBytes = 256;
const leaseOverheadBytes = 64;

function costOf(request: WriteRequest | TxnOperation): number {
  switch (request.kind) {
    case 'put':
      return keyOverheadBytes + request.key.length + request.value.length;
    case 'txn':
      return costOfTxn(request);
    case 'lease-grant':
      return leaseOverheadBytes;
    default:
      return 0;
  }
}

/** The branch that costs more: which one is taken is not known yet. */
function costOfTxn({ success, failure }: TxnRequest): number {
  const [left, right] = [success, failure].map((branch) => branch.reduce((sum, each) => sum + costOf(each), 0));
  return Math.max(left!, right!);
}
