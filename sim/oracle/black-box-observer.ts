import type { Observer } from '../types/observer.ts';
import { analysisOf } from './analysis.ts';
import { checkBlackBox } from './black-box.ts';
import type { DecodedOperation } from './decoder/log-objects.ts';
import type { FinalLog } from './log.ts';

/** The black-box check as an observer: the log says where to look first, and nothing of it is believed. Where a disk was lost with what it alone held, a revision may have come twice: then there is no one order. Nor does it know of rollbacks. */
export function createBlackBox(): Observer {
  let revisions = 0;
  return {
    name: 'black-box',
    finish(result) {
      const analysis = analysisOf(result);
      if (analysis.losses.length > 1 || analysis.log.rollbacks.length > 0) return undefined;
      const verdict = checkBlackBox(analysis, { hint: (revision) => operationsOf(analysis.log, revision) });
      if (verdict.kind === 'violation') return verdict.violation;
      if (verdict.kind === 'unknown')
        return { kind: 'unknown', explanation: `black-box check: ${verdict.explanation}` };
      revisions = verdict.revisions;
      return undefined;
    },
    ledger: () => ({ 'black box: revisions explained': revisions }),
  };
}

function operationsOf({ model, records }: FinalLog, revision: number): readonly DecodedOperation[] | undefined {
  const record = records[(model.momentOf[revision] ?? 0) - 1]?.record;
  if (record?.kind === 'write') return record.operations;
  return record?.kind === 'lease-revoke' ? record.keys.map((key) => ({ kind: 'delete', key })) : undefined;
}
