import type { MachineConfiguration } from './configuration.ts';
import { createCore, log } from './core.ts';
import { forgetMismatches } from './corruption/keep-checking.ts';
import { assert } from './assert.ts';
import { createEdges } from './edges.ts';
import { LocalStoreDamage, NodeFailure } from './failure.ts';
import { checkpointInTime, drainInTime } from './lead/finish-in-time.ts';
import { createLeadership, type Leadership } from './lead/leadership.ts';
import { keepPresent } from './members/keep-present.ts';
import { createNodeAnswers, isNodeRequest } from './members/node-answers.ts';
import { claimEpoch, createStandby } from './recover/claim-epoch.ts';
import { recover } from './recover/recover.ts';
import { giveLeaseBack } from './reign/give-back.ts';
import { keepRenewing } from './reign/renew.ts';
import type { Reign, ReignEnd } from './reign/reign.ts';
import { goOnElsewhere } from './restore/go-on-elsewhere.ts';
import { statusOf } from './status.ts';
import { createScope, fire, waitFor, type Scope, type Task } from './task.ts';
import type { Caller } from './types/auth.ts';
import type { Effect } from './types/effect.ts';
import { clientErrors } from './types/error.ts';
import type { Event } from './types/event.ts';
import type { Request } from './types/request.ts';
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
  const own = createNodeAnswers(core, life, standby, {
    status,
    leading: () => (leadership !== undefined && reign?.ended === undefined ? reign : undefined),
    handOver: (current, heir) =>
      endReign(current, { kind: 'handed-over', heir, reason: 'the lead is moved to another member' }),
  });

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
    const leading = leadership;
    const refused = end.kind === 'stopping' ? clientErrors.stopped : clientErrors.leaderChanged;
    if (end.kind === 'stopping') become('stopping');
    else log(core, 'warn', 'no longer leader; standing by', { epoch: current.epoch, reason: end.reason });
    if (end.kind === 'handed-over') become('standby');
    if (leading !== undefined && (end.kind === 'stopping' || end.kind === 'handed-over')) {
      const drainedByMs = core.at.monotonicMs + drainLeases * configuration.leaseMs;
      const drained = yield* drainInTime(core, life, leading, refused, drainedByMs);
      if (drained && end.kind === 'stopping') yield* checkpointInTime(core, edges, leading, drainedByMs);
    }
    scope.cancel();
    leading?.end(refused);
    leadership = undefined;
    if (end.kind !== 'stopping') become('standby');
    core.problems.delete('lease');
    forgetMismatches(core);
    if (end.kind === 'deposed') return;
    yield* giveLeaseBack(core, edges, current, end.kind === 'handed-over' ? end.heir : undefined);
  }

  function finish(failure: string | undefined): void {
    if (ended) return;
    ended = true;
    life.cancel();
    own.end(clientErrors.stopped);
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
    if (isNodeRequest(incoming)) {
      // Who does not lead knows no users, and tells only who there is.
      const denial = leadership?.refusal(incoming, caller);
      if (denial === undefined) own.answer(id, incoming);
      else core.emit({ kind: 'answer', id, answer: { kind: 'error', error: denial } });
      return;
    }
    if (leadership !== undefined) {
      leadership.request(id, incoming, caller);
      return;
    }
    core.emit({ kind: 'answer', id, answer: { kind: 'error', error: refusal() } });
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
        own.abandon(event.id);
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
