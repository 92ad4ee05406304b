import type { LeaseId } from '../types/bytes.ts';
import type { LeaseKeepAliveRequest, LeaseTimeToLiveRequest } from '../types/request.ts';
import type { Response } from '../types/response.ts';
import { answerWhenDurable, restsOnHead } from './answer-when-durable.ts';
import type { Leader } from './leader.ts';
import type { AskedRequest } from './parked.ts';
import { leaseIsOver, renewal } from './renewal.ts';

/** Requests about clients' leases that write nothing: by the head, and by the leader's clock. */

export function keepAlive(leader: Leader, asked: AskedRequest, { id: lease }: LeaseKeepAliveRequest): void {
  const renewed = renewal(leader, lease);
  if (renewed === undefined) answerWhenDurable(leader, asked, leaseIsOver(leader, lease));
  else answerWhenDurable(leader, asked, renewed, renewalRestsOn(leader), 0, lease);
}

/** A renewal looks at nothing that is under way, except where somebody has to be allowed to renew. */
function renewalRestsOn(leader: Leader): number {
  const { state, durable } = leader;
  const isChecked = state.auth.enabled || durable.auth.enabled || durable.auth.revision !== state.auth.revision;
  return isChecked ? restsOnHead(leader) : durable.sequence;
}

export function timeToLive(leader: Leader, asked: AskedRequest, request: LeaseTimeToLiveRequest): void {
  const { answers, durable } = leader;
  const response = timeToLiveOf(leader, request.id, request.keys);
  answerWhenDurable(leader, asked, answers.ok(response, durable.revision));
}

function timeToLiveOf({ core, state, leases }: Leader, id: LeaseId, withKeys: boolean): Response {
  const found = state.leases.get(id);
  const remaining = leases.remaining(id, core.at.monotonicMs);
  if (found === undefined) return { kind: 'lease-time-to-live', id, ttlSeconds: -1, grantedTtlSeconds: 0, keys: [] };
  return {
    kind: 'lease-time-to-live',
    id,
    ttlSeconds: remaining?.seconds ?? found.ttlSeconds,
    grantedTtlSeconds: found.ttlSeconds,
    keys: withKeys ? [...found.keys].sort() : [],
  };
}

export function listLeases(leader: Leader, asked: AskedRequest): void {
  const { answers, durable, leases } = leader;
  answerWhenDurable(leader, asked, answers.ok({ kind: 'lease-leases', ids: leases.byExpiry() }, durable.revision));
}
