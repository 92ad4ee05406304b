import type { Core } from '../core.ts';
import { parkedRequestsMax } from '../limits.ts';
import { createSignal, fire, waitForUntil, type Scope, type Task } from '../task.ts';
import type { ClientError } from '../types/error.ts';
import { clientErrors } from '../types/error.ts';
import type { MemberDescription } from '../types/response.ts';
import { createKnownNodes } from './known-nodes.ts';

/**
 * The nodes that live: this one, the leader that `control` names, and those that stand by. Read from the store when somebody asks, and not again for as
 * long as a beat takes; where the store does not answer soon, what was known before is told.
 */
export interface Members {
  ask(id: number, then: (members: readonly MemberDescription[] | ClientError) => void): void;
  abandon(id: number): void;
  /** Whatever waits gets this error. */
  end(error: ClientError): void;
}

const patienceMs = 2_000;

export function createMembers(
  core: Core,
  scope: Scope,
  known: () => { readonly self: MemberDescription; readonly leader: MemberDescription | undefined },
): Members {
  const nodes = createKnownNodes();
  const waiting = new Map<number, (members: readonly MemberDescription[] | ClientError) => void>();
  const lookedSignal = createSignal();
  let looking = false;
  let lookedMs = Number.NEGATIVE_INFINITY;

  function look(): void {
    if (looking) return;
    looking = true;
    scope.spawn(nodes.look(core), () => {
      looking = false;
      lookedMs = core.at.monotonicMs;
      fire(lookedSignal);
    });
  }

  function isFresh(): boolean {
    return core.at.monotonicMs - lookedMs < core.configuration.memberIntervalMs;
  }

  function* untilKnown(): Task<void> {
    const { memberIntervalMs, requestTimeoutMs } = core.configuration;
    if (memberIntervalMs === 0 || isFresh()) return;
    look();
    // Where nothing takes time, it is known already.
    if (!isFresh()) yield* waitForUntil(lookedSignal, core.at.monotonicMs + Math.min(patienceMs, requestTimeoutMs));
  }

  /** Ascending by id, each once: what a node says of itself, then what `control` says of it, before what it wrote when it stood by. */
  function alive(): readonly MemberDescription[] {
    const { self, leader } = known();
    const members = new Map<bigint, MemberDescription>();
    for (const { node } of nodes.alive(core.at.monotonicMs)) members.set(node.memberId, node);
    if (leader !== undefined) members.set(leader.memberId, leader);
    members.set(self.memberId, self);
    return [...members.values()]
      .map(({ memberId, name, clientUrls }) => ({ memberId, name, clientUrls }))
      .sort((left, right) => (left.memberId < right.memberId ? -1 : 1));
  }

  return {
    ask(id, then) {
      if (waiting.size >= parkedRequestsMax) {
        then(clientErrors.tooManyRequests);
        return;
      }
      waiting.set(id, then);
      scope.spawn(untilKnown(), () => {
        if (waiting.delete(id)) then(alive());
      });
    },
    abandon: (id) => void waiting.delete(id),
    end(error) {
      for (const then of waiting.values()) then(error);
      waiting.clear();
    },
  };
}
