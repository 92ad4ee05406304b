import type { Core } from '../core.ts';
import type { Standby } from '../recover/claim-epoch.ts';
import type { Reign } from '../reign/reign.ts';
import type { Scope } from '../task.ts';
import type { Answer } from '../types/effect.ts';
import { clientErrors, type ClientError } from '../types/error.ts';
import type { MembersRequest, MoveLeaderRequest, Request, StatusRequest } from '../types/request.ts';
import type { Response, StatusResponse } from '../types/response.ts';
import { createMembers } from './answer-members.ts';
import { createLeadMoves } from './lead-moves.ts';
import { mayInherit } from './may-inherit.ts';

/** What a node answers for itself, whether it leads or not: how it is, which others there are, and who is to lead. */
export interface NodeAnswers {
  answer(id: number, request: NodeRequest): void;
  abandon(id: number): void;
  /** Whatever waits gets this error. */
  end(error: ClientError): void;
}

export type NodeRequest = StatusRequest | MembersRequest | MoveLeaderRequest;

export function isNodeRequest(request: Request): request is NodeRequest {
  return request.kind === 'status' || request.kind === 'members' || request.kind === 'move-leader';
}

export interface NodeAnswersEdges {
  status(): StatusResponse;
  /** The reign in which this node leads. */
  leading(): Reign | undefined;
  /** Ends the reign: its lease is left to the heir, which alone need not wait for it to lapse. */
  handOver(reign: Reign, heir: bigint): void;
}

export function createNodeAnswers(core: Core, life: Scope, standby: Standby, edges: NodeAnswersEdges): NodeAnswers {
  const members = createMembers(core, life, edges.status);
  const moves = createLeadMoves(core, life, standby);

  function send(id: number, outcome: Response | ClientError, { revision, epoch } = edges.status()): void {
    const answer: Answer =
      'message' in outcome
        ? { kind: 'error', error: outcome }
        : { kind: 'ok', header: { revision, term: epoch }, response: outcome };
    core.emit({ kind: 'answer', id, answer });
  }

  function listMembers(id: number, linearizable: boolean): void {
    members.ask(id, (listed) => {
      if ('message' in listed) send(id, listed);
      else if (linearizable && edges.status().leader === undefined) send(id, clientErrors.noLeader);
      else send(id, { kind: 'members', members: listed });
    });
  }

  function moveLeader(id: number, heir: bigint): void {
    const reign = edges.leading();
    const done = (error: ClientError | undefined): void => send(id, error ?? { kind: 'move-leader' });
    if (reign === undefined) {
      done(clientErrors.notLeader);
      return;
    }
    if (heir === core.configuration.memberId) {
      done(undefined);
      return;
    }
    members.ask(id, (alive) => {
      if ('message' in alive) done(alive);
      else if (reign.ended !== undefined) done(clientErrors.leaderChanged);
      else if (!mayInherit(heir, reign.control, alive)) done(clientErrors.badLeaderTransferee);
      else {
        moves.follow(id, heir, reign.epoch, done);
        edges.handOver(reign, heir);
      }
    });
  }

  return {
    answer(id, request) {
      switch (request.kind) {
        case 'status': {
          const status = edges.status();
          send(id, status, status);
          return;
        }
        case 'members':
          listMembers(id, request.linearizable);
          return;
        case 'move-leader':
          moveLeader(id, request.target);
      }
    },
    abandon(id) {
      members.abandon(id);
      moves.abandon(id);
    },
    end(error) {
      members.end(error);
      moves.end(error);
    },
  };
}
