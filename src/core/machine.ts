import type { MachineConfiguration } from './configuration.ts';
import { createCore, log } from './core.ts';
import { assert } from './assert.ts';
import { createEdges } from './edges.ts';
import { LocalStoreDamage, NodeFailure } from './failure.ts';
import { createLeadership, type Leadership } from './lead/leadership.ts';
import { createMembers } from './members/answer-members.ts';
import { keepPresent } from './members/keep-present.ts';
import { createLeadMoves } from './members/lead-moves.ts';
import { mayInherit } from './members/may-inherit.ts';
import { claimEpoch, createStandby } from './recover/claim-epoch.ts';
import { recover } from './recover/recover.ts';
import { keepRenewing, writeControl } from './reign/renew.ts';
import type { Reign, ReignEnd } from './reign/reign.ts';
import { goOnElsewhere } from './restore/go-on-elsewhere.ts';
import { leaderOf, selfOf, statusOf } from './status.ts';
import { createScope, createSignal, fire, waitFor, waitForUntil, type Scope, type Task } from './task.ts';
import type { Caller } from './types/auth.ts';
import type { Answer, Effect } from './types/effect.ts';
import { clientErrors, type ClientError } from './types/error.ts';
import type { Event } from './types/event.ts';
import type { MembersRequest, MoveLeaderRequest, Request, StatusRequest } from './types/request.ts';
import type { Role, StatusResponse } from './types/response.ts';

/**
 * The node as a synchronous machine: `step(event)` returns the effects, in the order in which they have to be begun.
 *
 * Invariants:
 * - It reads no clock, opens nothing, awaits nothing and draws no chance: all of it comes with events.
 * - Whatever a reign started ends with it: results that come later change nothing.
 * - An assertion or a failure inside ends the node with a `stopped` effect; it never goes on from a state that it does not understand.
 *
 * A life: starting → standby → recovering → leader → standby … → stopping → stopped, or failed.
 */
export interface Machine {
  step(event: Event): readonly Effect[];
}

/** How long a stop waits for what was admitted to become durable, in leases. */
const drainLeases = 2;

export function createMachine(configuration: MachineConfiguration): Machine {
  let effects: Effect[] = [];
  let role: Role = 'starting';
  let ended = false;
  let leadership: Leadership | undefined;
  let reign: Reign | undefined;
  const standby = createStandby();
  let stopping = false;

  const core = createCore(configuration, (effect) => void effects.push(effect));
  const edges = createEdges(core.emit);
  const life = createScope(edges);
  const members = createMembers(core, life, () => ({
    self: selfOf(core),
    leader: leaderOf(core, role, standby.observed?.control, reign, leadership),
  }));

  const moves = createLeadMoves(core, life, standby);

  function become(next: Role): void {
    if (next === role) return;
    role = next;
    core.emit({ kind: 'role', role, epoch: reign?.epoch ?? standby.observed?.control.epoch ?? 0 });
  }

  function* live(): Task<void> {
    while (!stopping) {
      become('standby');
      standby.sighting = undefined;
      const won = yield* standBy();
      reign = won;
      yield* reignOnce(won);
      standby.observed = { control: won.control, etag: won.controlEtag };
      reign = undefined;
      if (won.ended?.kind === 'superseded') yield* goOnElsewhere(core, standby);
    }
    become('stopped');
    finish(undefined);
  }

  /** Until this node has won the epoch. */
  function* standBy(): Task<Reign> {
    const scope = createScope(edges);
    scope.spawn(keepPresent(core, standby));
    const won = yield* claimEpoch(core, standby);
    scope.cancel();
    takePresenceBack();
    return won;
  }

  /** Waits for nothing: who is not told takes the node for gone in a while. */
  function takePresenceBack(): void {
    if (standby.presentAs === undefined) return;
    edges.startCall({ kind: 'object-delete', keys: [standby.presentAs] }, () => undefined);
    standby.presentAs = undefined;
  }

  function* reignOnce(current: Reign): Task<void> {
    const scope = createScope(edges);
    const deposed = (reason: string) => endReign(current, { kind: 'deposed', reason });
    become('recovering');
    scope.spawn(keepRenewing(core, current, deposed));
    scope.spawn(recover(core, current), (database) => {
      if (database === 'deposed') {
        deposed('a later reign was met during recovery');
        return;
      }
      if (database === 'superseded') {
        endReign(current, { kind: 'superseded', reason: 'the database was rolled back and goes on elsewhere' });
        return;
      }
      if (current.ended !== undefined) return;
      leadership = createLeadership(core, scope, current, database, deposed);
      become('leader');
    });
    if (current.ended === undefined) yield* waitFor(current.endSignal);
    yield* leave(current, scope);
  }

  function endReign(current: Reign, end: ReignEnd): void {
    if (current.ended !== undefined) return;
    current.ended = end;
    fire(current.endSignal);
  }

  function* leave(current: Reign, scope: Scope): Task<void> {
    const end = current.ended!;
    const drainedByMs = core.at.monotonicMs + drainLeases * configuration.leaseMs;
    if (end.kind === 'stopping') {
      become('stopping');
      if (yield* drained(clientErrors.stopped, drainedByMs)) yield* lastCheckpoint(leadership!, drainedByMs);
    } else {
      log(core, 'warn', 'no longer leader; standing by', { epoch: current.epoch, reason: end.reason });
    }
    if (end.kind === 'handed-over') {
      become('standby');
      yield* drained(clientErrors.leaderChanged, drainedByMs);
    }
    scope.cancel();
    leadership?.end(end.kind === 'stopping' ? clientErrors.stopped : clientErrors.leaderChanged);
    leadership = undefined;
    if (end.kind !== 'stopping') become('standby');
    core.problems.delete('lease');
    if (end.kind === 'deposed') return;
    yield* giveLeaseBack(current, end.kind === 'handed-over' ? end.heir : undefined);
  }

  /** False: nothing was, or not all of it in time. What is new is refused. */
  function* drained(refused: ClientError, untilMonotonicMs: number): Task<boolean> {
    if (leadership === undefined) return false;
    const inTime = yield* endsInTime(life, leadership.drain(refused), untilMonotonicMs);
    if (!inTime) log(core, 'warn', 'ended before everything admitted was durable; those requests got no answer');
    return inTime;
  }

  /** Best effort, bounded: nobody leads meanwhile. What is not named by then is left to the collector. */
  function* lastCheckpoint(current: Leadership, drainedByMs: number): Task<void> {
    const scope = createScope(edges);
    const untilMs = Math.min(drainedByMs, core.at.monotonicMs + configuration.leaseMs);
    const ended = yield* endsInTime(scope, current.lastCheckpoint(), untilMs);
    scope.cancel();
    if (!ended) log(core, 'info', 'stopped before a last checkpoint was written');
  }

  /** Best effort, bounded: a candidate that finds the lease given back need not wait for it to lapse. */
  function* giveLeaseBack(current: Reign, heir: bigint | undefined): Task<void> {
    const scope = createScope(edges);
    yield* endsInTime(scope, release(current, heir), core.at.monotonicMs + configuration.leaseMs);
    scope.cancel();
  }

  function* release(current: Reign, heir: bigint | undefined): Task<void> {
    const verdict = yield* writeControl(core, current, { ...current.control, released: true, heir });
    if (verdict === 'written') log(core, 'info', 'lease given back', { epoch: current.epoch });
  }

  function finish(failure: string | undefined): void {
    if (ended) return;
    ended = true;
    life.cancel();
    members.end(clientErrors.stopped);
    moves.end(clientErrors.stopped);
    core.emit({ kind: 'stopped', failure });
  }

  /** Who does not lead has nothing to finish, and need not wait for a store that is away. */
  function stop(): void {
    stopping = true;
    if (reign !== undefined) {
      endReign(reign, { kind: 'stopping' });
      return;
    }
    takePresenceBack();
    become('stopped');
    finish(undefined);
  }

  function status(): StatusResponse {
    return statusOf(core, role, standby.observed?.control, reign, leadership);
  }

  function request(id: number, incoming: Request, caller: Caller | undefined): void {
    if (incoming.kind === 'status' || incoming.kind === 'members' || incoming.kind === 'move-leader') {
      // Who does not lead knows no users, and tells only who there is.
      const denial = leadership?.refusal(incoming, caller);
      if (denial === undefined) answerHere(id, incoming);
      else core.emit({ kind: 'answer', id, answer: { kind: 'error', error: denial } });
      return;
    }
    if (leadership !== undefined) {
      leadership.request(id, incoming, caller);
      return;
    }
    core.emit({ kind: 'answer', id, answer: { kind: 'error', error: refusal() } });
  }

  function answerHere(id: number, incoming: StatusRequest | MembersRequest | MoveLeaderRequest): void {
    if (incoming.kind === 'status') {
      const response = status();
      core.emit({
        kind: 'answer',
        id,
        answer: { kind: 'ok', header: { revision: response.revision, term: response.epoch }, response },
      });
      return;
    }
    if (incoming.kind === 'members') {
      listMembers(id, incoming.linearizable);
      return;
    }
    moveLeader(id, incoming.target);
  }

  function answerMove(id: number, error: ClientError | undefined): void {
    const { revision, epoch } = status();
    const ok: Answer = { kind: 'ok', header: { revision, term: epoch }, response: { kind: 'move-leader' } };
    core.emit({ kind: 'answer', id, answer: error === undefined ? ok : { kind: 'error', error } });
  }

  /** The lease is left to the target, which alone need not wait for it to lapse. */
  function moveLeader(id: number, heir: bigint): void {
    const current = reign;
    if (current === undefined || leadership === undefined || current.ended !== undefined) {
      answerMove(id, clientErrors.notLeader);
      return;
    }
    if (heir === configuration.memberId) {
      answerMove(id, undefined);
      return;
    }
    members.ask(id, (alive) => {
      if ('message' in alive) answerMove(id, alive);
      else if (current.ended !== undefined) answerMove(id, clientErrors.leaderChanged);
      else if (!mayInherit(heir, current.control, alive)) answerMove(id, clientErrors.badLeaderTransferee);
      else {
        moves.follow(id, heir, current.epoch, (error) => answerMove(id, error));
        endReign(current, { kind: 'handed-over', heir, reason: 'the lead is moved to another member' });
      }
    });
  }

  function listMembers(id: number, linearizable: boolean): void {
    members.ask(id, (listed) => {
      const { leader, revision, epoch } = status();
      const isKnown = !('message' in listed) && !(linearizable && leader === undefined);
      const answer: Answer = isKnown
        ? { kind: 'ok', header: { revision, term: epoch }, response: { kind: 'members', members: listed } }
        : { kind: 'error', error: 'message' in listed ? listed : clientErrors.noLeader };
      core.emit({ kind: 'answer', id, answer });
    });
  }

  function refusal() {
    return role === 'stopping' || role === 'stopped' || role === 'failed'
      ? clientErrors.stopped
      : clientErrors.noLeader;
  }

  function handle(event: Event): void {
    switch (event.kind) {
      case 'start':
        assert(role === 'starting' && core.seed.length === 0, 'a machine starts once');
        core.seed = event.seed;
        life.spawn(live());
        return;
      case 'timer':
        edges.timer(event.timer);
        return;
      case 'result':
        edges.result(event.call, event.result);
        return;
      case 'request':
        request(event.id, event.request, event.caller);
        return;
      case 'abandon':
        members.abandon(event.id);
        moves.abandon(event.id);
        leadership?.abandon(event.id);
        return;
      case 'snapshot-close':
        leadership?.closeSnapshot(event.id);
        return;
      case 'values-wanted':
        if (leadership === undefined) core.emit({ kind: 'values', id: event.id, values: undefined });
        else leadership.valuesWanted(event);
        return;
      case 'local-damaged':
        throw new LocalStoreDamage(event.reason);
      case 'stop':
        stop();
        return;
      case 'watch-open':
        if (leadership === undefined) core.emit({ kind: 'watch-end', stream: event.stream, error: refusal() });
        else leadership.watch(event);
        return;
      default:
        leadership?.watch(event);
    }
  }

  function failed(error: unknown): void {
    if (error instanceof LocalStoreDamage) {
      core.localDistrust = error.message;
      if (reign !== undefined) endReign(reign, { kind: 'rebuilding', reason: error.message });
      return;
    }
    const failure = error instanceof Error ? error.message : String(error);
    const ours = !(error instanceof NodeFailure);
    if (ours)
      log(core, 'error', 'internal error', { stack: (error instanceof Error ? error.stack : undefined) ?? failure });
    become('failed');
    leadership?.end(clientErrors.stopped);
    leadership = undefined;
    finish(ours ? `internal error: ${failure}` : failure);
  }

  return {
    step(event) {
      core.at = event.at;
      if (ended) return lateAnswer(event);
      try {
        handle(event);
      } catch (error) {
        failed(error);
      }
      const out = effects;
      effects = [];
      return out;
    },
  };

  /** A node that has ended still answers: who asks must not wait. */
  function lateAnswer(event: Event): readonly Effect[] {
    if (event.kind === 'request') {
      return [{ kind: 'answer', id: event.id, answer: { kind: 'error', error: clientErrors.stopped } }];
    }
    if (event.kind === 'values-wanted') return [{ kind: 'values', id: event.id, values: undefined }];
    if (event.kind === 'watch-open') return [{ kind: 'watch-end', stream: event.stream, error: clientErrors.stopped }];
    return [];
  }
}

/** Runs the task in the scope and waits for it, but not past that time; false: it has not ended, and goes on. */
function* endsInTime(scope: Scope, task: Task<void>, untilMonotonicMs: number): Task<boolean> {
  const endSignal = createSignal();
  const state = { ended: false };
  scope.spawn(task, () => {
    state.ended = true;
    fire(endSignal);
  });
  if (!state.ended) yield* waitForUntil(endSignal, untilMonotonicMs);
  return state.ended;
}
