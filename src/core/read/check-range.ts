import { clientErrors, type ClientError } from '../types/error.ts';
import type { RangeRequest } from '../types/request.ts';
import { etcdCompactRevision, type ReadView } from './view.ts';

/** What etcd asks of a range inside a transaction before it begins; unlike alone, a negative revision counts as a revision. */
export function checkRangeInTxn(request: RangeRequest, view: ReadView): ClientError | undefined {
  if (request.revision === 0) return undefined;
  if (request.revision > view.revision) return clientErrors.futureRevision;
  return request.revision < etcdCompactRevision(view.compactRevision) ? clientErrors.compacted : undefined;
}
