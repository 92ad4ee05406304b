import * as original from '../../src/core/alarm/quota.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/alarm/quota.ts';

export const mutant: Mutant = {
  name: 'quota-refuses-deletions',
  replaces: 'src/core/alarm/quota.ts',
  breaks: 'authorization',
  description: 'Near the quota nothing is deleted either, so that no space can be given back.',
};

/** What a key costs beyond itself: as for one that is put. */
const keyOverheadBytes = 256;

export const fitsQuota: typeof original.fitsQuota = (request, bytesTotal, quotaBytes) =>
  request.kind === 'delete-range' && quotaBytes > 0
    ? bytesTotal + keyOverheadBytes < quotaBytes
    : original.fitsQuota(request, bytesTotal, quotaBytes);
