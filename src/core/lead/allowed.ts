import { groundOfHead } from '../auth/auth-ground.ts';
import { refusalOf } from '../auth/refusal.ts';
import type { Caller } from '../types/auth.ts';
import type { ClientError } from '../types/error.ts';
import type { Request } from '../types/request.ts';
import { answerWhenDurable } from './answer-when-durable.ts';
import { groundOfDurable } from './durable-state.ts';
import type { Leader } from './leader.ts';
import type { AskedRequest } from './parked.ts';

/** What has to hold before a request is looked at. Each caller is allowed or not by the very state on which its request is evaluated. */

export function refusalByDurable(
  { durable, state }: Leader,
  request: Request,
  caller: Caller | undefined,
): ClientError | undefined {
  return refusalOf(groundOfDurable(durable, state), caller, request);
}

export function refusalByHead(
  { durable, state }: Leader,
  request: Request,
  caller: Caller | undefined,
): ClientError | undefined {
  return refusalOf(groundOfHead(state, groundOfDurable(durable, state)), caller, request);
}

/** For what reads what is durable, and may be of the past. */
export function onDurable(leader: Leader, asked: AskedRequest, then: () => void): void {
  const refusal = refusalByDurable(leader, asked.request, asked.caller);
  if (refusal === undefined) then();
  else leader.answers.fail(asked.id, refusal);
}

/** For what reads what is durable, and has to be the newest. */
export function onDurableUnderLease(leader: Leader, asked: AskedRequest, then: () => void): void {
  leader.leaseGate.pass(asked, () => onDurable(leader, asked, then));
}

/** For what looks at the head without changing it. */
export function onHeadUnderLease(leader: Leader, asked: AskedRequest, then: () => void): void {
  leader.leaseGate.pass(asked, () => {
    const refusal = refusalByHead(leader, asked.request, asked.caller);
    if (refusal === undefined) then();
    else answerWhenDurable(leader, asked, { kind: 'error', error: refusal });
  });
}
