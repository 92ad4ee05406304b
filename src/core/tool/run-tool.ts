import type { Instant } from '../../ports/clock.ts';
import type { StoreProblem } from '../../ports/object-store.ts';
import { assert } from '../assert.ts';
import { createCore, log, type Core } from '../core.ts';
import type { MachineConfiguration } from '../configuration.ts';
import { createEdges, type EdgeEffect } from '../edges.ts';
import { Contention, NodeFailure } from '../failure.ts';
import { createScope, type Task } from '../task.ts';
import type { Effect } from '../types/effect.ts';
import type { CallResult, EventBody } from '../types/event.ts';

/**
 * One task of the core without a node around it: the same generators, with the object store's calls and timers alone.
 *
 * Invariants:
 * - No lease, no local store, no disk: a task that asks for one of them is our bug.
 * - It ends in exactly one `finished` or `failed`, and does nothing afterwards.
 * - It never waits for ever: tasks try a failed call again without end, so the tool ends when the store has given no answer
 *   for so long, or one that no waiting changes.
 */
export interface Tool<Result> {
  step(event: ToolEvent): readonly ToolEffect<Result>[];
}

export type ToolEvent = { readonly at: Instant } & ToolEventBody;

export type ToolEventBody = Extract<EventBody, { readonly kind: 'start' | 'timer' | 'result' }>;

export type ToolEffect<Result> =
  | EdgeEffect
  | Extract<Effect, { readonly kind: 'log' }>
  | { readonly kind: 'finished'; readonly result: Result }
  /** `store`: the object store does not answer. `damage`: what it holds cannot be used. `contention`: others were faster, each time. `bug`: ours. */
  | { readonly kind: 'failed'; readonly reason: 'store' | 'damage' | 'contention' | 'bug'; readonly message: string };

export interface ToolPatience {
  /** How long calls may fail without one that succeeds in between. */
  readonly storePatienceMs: number;
}

export function createTool<Result>(
  configuration: MachineConfiguration & ToolPatience,
  task: (core: Core) => Task<Result>,
): Tool<Result> {
  let effects: ToolEffect<Result>[] = [];
  let failingSinceMs: number | undefined;
  let ended = false;
  const core = createCore(configuration, (effect) => {
    assert(isToolEffect(effect), 'a tool answers nobody');
    effects.push(effect);
  });
  const edges = createEdges(core.emit);
  const scope = createScope(edges);

  function end(effect: ToolEffect<Result>): void {
    if (ended) return;
    ended = true;
    scope.cancel();
    effects.push(effect);
  }

  function handle(event: ToolEvent): void {
    switch (event.kind) {
      case 'start':
        assert(core.seed.length === 0, 'a tool starts once');
        core.seed = event.seed;
        scope.spawn(task(core), (result) => end({ kind: 'finished', result }));
        return;
      case 'timer':
        edges.timer(event.timer);
        return;
      case 'result':
        if (judgeStore(event.result)) edges.result(event.call, event.result);
        return;
    }
  }

  /** False: the tool has ended over it. */
  function judgeStore(result: CallResult): boolean {
    const problem = problemOf(result);
    if (problem === undefined) {
      failingSinceMs = undefined;
      return true;
    }
    failingSinceMs ??= core.at.monotonicMs;
    const failingMs = core.at.monotonicMs - failingSinceMs;
    if (!problem.permanent && failingMs < configuration.storePatienceMs) return true;
    const since = problem.permanent ? '' : ` for ${Math.round(failingMs / 1_000)} s`;
    end({
      kind: 'failed',
      reason: 'store',
      message: `the object store cannot be used${since}: ${problem.code}: ${problem.message}`,
    });
    return false;
  }

  function failed(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof NodeFailure) {
      end({ kind: 'failed', reason: error instanceof Contention ? 'contention' : 'damage', message });
      return;
    }
    log(core, 'error', 'internal error', { stack: (error instanceof Error ? error.stack : undefined) ?? message });
    end({ kind: 'failed', reason: 'bug', message: `internal error: ${message}` });
  }

  return {
    step(event) {
      if (ended) return [];
      core.at = event.at;
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
}

function isToolEffect(effect: Effect): effect is EdgeEffect | Extract<Effect, { readonly kind: 'log' }> {
  switch (effect.kind) {
    case 'call':
      assert(effect.operation.kind.startsWith('object-'), 'a tool calls the object store alone');
      return true;
    case 'timer-set':
    case 'timer-clear':
    case 'log':
      return true;
    default:
      return false;
  }
}

/** Undefined: the store answered, whatever it said. */
function problemOf(result: CallResult): StoreProblem | undefined {
  switch (result.kind) {
    case 'object-put':
      return result.outcome.kind === 'refused' || result.outcome.kind === 'unknown'
        ? result.outcome.problem
        : undefined;
    case 'object-get':
    case 'object-list':
    case 'object-delete':
      return result.outcome.kind === 'failed' ? result.outcome.problem : undefined;
    default:
      return undefined;
  }
}
