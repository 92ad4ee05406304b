import * as original from '../../src/core/alarm/quota.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/alarm/quota.ts';

export const mutant: Mutant = {
  name: 'quota-overlooks-transactions',
  replaces: 'src/core/alarm/quota.ts',
  breaks: 'quota',
  description: 'A transaction is never held against the quota.',
};

export const fitsQuota: typeof original.fitsQuota = (request, bytesTotal, quotaBytes) =>
  request.kind === 'txn' || original.fitsQuota(request, bytesTotal, quotaBytes);
