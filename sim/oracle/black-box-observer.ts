import type { Observer } from '../types/observer.ts';
import { analysisOf } from './analysis.ts';
import { checkBlackBox } from './black-box.ts';

/** The black-box check as an observer. Where a disk was lost with what it alone held, a revision may have come twice: then there is no one order. */
export function createBlackBox(): Observer {
  let revisions = 0;
  return {
    name: 'black-box',
    finish(result) {
      const analysis = analysisOf(result);
      if (analysis.losses.length > 1) return undefined;
      const verdict = checkBlackBox(analysis);
      if (verdict.kind === 'violation') return verdict.violation;
      if (verdict.kind === 'unknown')
        return { kind: 'unknown', explanation: `black-box check: ${verdict.explanation}` };
      revisions = verdict.revisions;
      return undefined;
    },
    ledger: () => ({ 'black box: revisions explained': revisions }),
  };
}
