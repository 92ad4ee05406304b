import { alarmsAskedFor } from '../alarm/evaluate-alarm.ts';
import { assert } from '../assert.ts';
import { answerAuth } from '../auth/answer-auth.ts';
import { drawLeaseId } from '../lease/draw-lease-id.ts';
import { isReadRequest } from '../read/evaluate-read.ts';
import { noValues, type VersionValues } from '../read/view.ts';
import { noLease } from '../types/bytes.ts';
import type { Caller } from '../types/auth.ts';
import { clientErrors } from '../types/error.ts';
import type { Request } from '../types/request.ts';
import { checkRequest } from '../write/check.ts';
import { admitWrite } from './admit.ts';
import { onDurable, onDurableUnderLease, onHeadUnderLease } from './allowed.ts';
import { keepAlive, listLeases, timeToLive } from './answer-lease.ts';
import { answerRead } from './answer-read.ts';
import type { Leader } from './leader.ts';
import type { AskedRequest } from './parked.ts';

/** A request comes in. No caller: the process itself. */
export function receive(leader: Leader, id: number, incoming: Request, caller: Caller | undefined): void {
  const { core, state, answers } = leader;
  const { txnOperationsMax, requestTimeoutMs } = core.configuration;
  const error = leader.refusal ?? checkRequest(incoming, txnOperationsMax);
  if (error !== undefined) {
    answers.fail(id, error);
    return;
  }
  const isNumbered = incoming.kind !== 'lease-grant' || incoming.id !== noLease;
  const request = isNumbered ? incoming : { ...incoming, id: drawLeaseId(core, state.leases) };
  dispatch(leader, { id, request, caller, deadlineMs: core.at.monotonicMs + requestTimeoutMs }, noValues);
}

/** The way that a request takes; again from here once what it had to wait for is there. */
export function dispatch(leader: Leader, asked: AskedRequest, known: VersionValues): void {
  const { answers, durable } = leader;
  const { id, request } = asked;
  switch (request.kind) {
    case 'status':
    case 'members':
    case 'move-leader':
      assert(false, 'the machine answers for the status, the members and who leads');
      return;
    case 'checkpoint':
      onDurable(leader, asked, () => taken(leader, id, leader.checkpointRequests.ask(id)));
      return;
    case 'hash-kv':
      onDurableUnderLease(leader, asked, () => taken(leader, id, leader.hashes.ask(id, request.revision)));
      return;
    case 'snapshot':
      onDurableUnderLease(leader, asked, () => taken(leader, id, leader.snapshots.ask(id)));
      return;
    case 'range':
      if (request.serializable) onDurable(leader, asked, () => answerRead(leader, asked, request, known));
      else onDurableUnderLease(leader, asked, () => answerRead(leader, asked, request, known));
      return;
    case 'lease-keep-alive':
      onHeadUnderLease(leader, asked, () => keepAlive(leader, asked, request));
      return;
    case 'lease-time-to-live':
      onHeadUnderLease(leader, asked, () => timeToLive(leader, asked, request));
      return;
    case 'lease-leases':
      onHeadUnderLease(leader, asked, () => listLeases(leader, asked));
      return;
    case 'auth-status':
    case 'auth-user-get':
    case 'auth-user-list':
    case 'auth-role-get':
    case 'auth-role-list':
    case 'auth-credentials':
      onDurableUnderLease(leader, asked, () =>
        answers.send(id, answers.of(answerAuth(durable.auth, request, durable.revision))),
      );
      return;
    case 'alarm':
      if (request.action !== 'get') admitWrite(leader, asked, request, known);
      else {
        onDurableUnderLease(leader, asked, () =>
          answers.succeed(id, alarmsAskedFor(durable.alarms, request), durable.revision),
        );
      }
      return;
    case 'txn':
      if (isReadRequest(request)) onDurableUnderLease(leader, asked, () => answerRead(leader, asked, request, known));
      else admitWrite(leader, asked, request, known);
      return;
    default:
      admitWrite(leader, asked, request, known);
  }
}

function taken({ answers }: Leader, id: number, isTaken: boolean): void {
  if (!isTaken) answers.fail(id, clientErrors.tooManyRequests);
}
