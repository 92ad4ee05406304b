import type { Violation } from '../../types/result.ts';
import type { Analysis } from '../analysis.ts';
import type { OkCall } from '../calls.ts';
import { lossAfterReign } from '../losses.ts';
import { attachedKeys, leaseAt } from '../model.ts';
import { fail } from './fail.ts';
import type { AnswerCounts } from './counts.ts';
import { heldAtSome } from './moments.ts';

/** Of a lease: true at some moment of the call. When it ends is judged elsewhere. */
export function checkLease(analysis: Analysis, call: OkCall, counts: AnswerCounts): Violation | undefined {
  const { request, outcome } = call;
  const { response } = outcome;
  if (response.kind !== request.kind) return fail('linearizability', call, `got an answer of kind ${response.kind}`);
  counts.leaseAnswers += 1;
  const found = checkLeaseAnswer(analysis, call);
  if (found === undefined || response.kind === 'lease-grant') return found;
  // A grant and the end of a lease without keys take no revision: that of the answer does not tell what was lost of them.
  if (lossAfterReign(analysis.losses, analysis.log.fences, outcome.header.term) === undefined) return found;
  counts.excused += 1;
  return undefined;
}

function checkLeaseAnswer(analysis: Analysis, call: OkCall): Violation | undefined {
  const { model } = analysis.log;
  const { request } = call;
  const { response } = call.outcome;
  switch (response.kind) {
    case 'lease-grant': {
      const due = Math.max(2, (request as { readonly ttlSeconds: number }).ttlSeconds);
      if (response.ttlSeconds !== due)
        return fail('linearizability', call, `got ${response.ttlSeconds} s, due are ${due} s`);
      const asked = (request as { readonly id: string }).id;
      if (asked !== '0' && asked !== response.id) return fail('linearizability', call, `got lease ${response.id}`);
      return undefined;
    }
    case 'lease-keep-alive': {
      // That a lease is over may be told before its end is durable; whether too early is judged with the leases.
      if (response.ttlSeconds === 0) return undefined;
      const isRight = heldAtSome(
        analysis,
        call,
        (moment) => leaseAt(model, response.id, moment)?.ttlSeconds === response.ttlSeconds,
      );
      return isRight
        ? undefined
        : fail('linearizability', call, `was renewed for ${response.ttlSeconds} s, but there was no such lease`);
    }
    case 'lease-time-to-live': {
      const wantsKeys = request.kind === 'lease-time-to-live' && request.keys === true;
      const isRight = heldAtSome(analysis, call, (moment) => {
        const life = leaseAt(model, response.id, moment);
        if (life === undefined) return response.ttlSeconds === -1 && response.keys.length === 0;
        if (response.ttlSeconds < 0 || response.ttlSeconds > life.ttlSeconds) return false;
        if (response.grantedTtlSeconds !== life.ttlSeconds) return false;
        const keys = wantsKeys ? attachedKeys(model, response.id, model.revisionAt[moment]!) : [];
        return keys.join('\n') === [...response.keys].sort().join('\n');
      });
      const told = `${response.ttlSeconds} s of ${response.grantedTtlSeconds} s, keys ${response.keys.join(', ') || 'none'}`;
      return isRight
        ? undefined
        : fail('linearizability', call, `is told ${told}, which was so at no moment of the call`);
    }
    case 'lease-leases': {
      const told = [...response.ids].sort().join();
      const isRight = heldAtSome(analysis, call, (moment) => {
        const alive: string[] = [];
        for (const lease of model.leases.keys()) if (leaseAt(model, lease, moment) !== undefined) alive.push(lease);
        return alive.sort().join() === told;
      });
      return isRight
        ? undefined
        : fail('linearizability', call, `is told leases ${told || 'none'}, which was so at no moment of the call`);
    }
    default:
      return undefined;
  }
}
