import type { LeaseId } from '../types/bytes.ts';
import type { Answer } from '../types/effect.ts';
import type { Leader } from './leader.ts';

/** Renews a client's lease. Undefined: it is over. One whose revocation is under way is gone already; the clock forgets it when that is durable. */
export function renewal(leader: Leader, lease: LeaseId): Answer | undefined {
  const { core, state, leases, answers, durable } = leader;
  const outcome = state.leases.has(lease) ? leases.renew(lease, core.at.monotonicMs) : undefined;
  if (outcome?.kind !== 'renewed') return undefined;
  return answers.ok({ kind: 'lease-keep-alive', id: lease, ttlSeconds: outcome.ttlSeconds }, durable.revision);
}

export function leaseIsOver({ answers, durable }: Leader, lease: LeaseId): Answer {
  return answers.ok({ kind: 'lease-keep-alive', id: lease, ttlSeconds: 0 }, durable.revision);
}
