import type { CallResult } from '../../src/core/types/event.ts';
import type { PutCondition, StoreProblem } from '../../src/ports/object-store.ts';
import type { Endpoint, StoreCall, StoreOperation, StorePlan } from './hooks.ts';
import { nodeEndpoint, passageOf, storeEndpoint } from './network.ts';
import { hashOf } from './random.ts';
import { storeWallStartMs, type World } from './world.ts';

/**
 * A node's way to the object store and back.
 *
 * Invariants:
 * - A call is answered once: by the store, or as unknown when the time is up, whichever comes first.
 * - What is on its way goes on, whatever becomes of the node that sent it: it may be applied after the answer "unknown", and after the
 *   node's death.
 */
export interface StoreCalls {
  start(operation: StoreOperation, answered: (result: CallResult) => void): void;
  /** All connections break: what is under way is answered as unknown; what has not arrived arrives only if `arrives` says so. */
  reset(arrives: (call: StoreCall) => boolean): number;
  /** The process is gone: nobody waits for answers any more. */
  forget(): void;
}

interface UnderWay {
  readonly call: StoreCall;
  readonly plan: StorePlan;
  answered: ((result: CallResult) => void) | undefined;
  stopped: boolean;
}

/** `writer`: who it is that changes the store; left out: the node. */
export function createStoreCalls(world: World, node: number, writer: number = node): StoreCalls {
  const { storeLatency, storeTimeoutMs } = world.scenario.knobs;
  const endpoint = nodeEndpoint(node);
  const counts = new Map<string, number>();
  const underWay = new Set<UnderWay>();

  function start(operation: StoreOperation, answered: (result: CallResult) => void): void {
    const target = targetOf(operation);
    const nth = (counts.get(target) ?? 0) + 1;
    counts.set(target, nth);
    world.counts.storeCalls += 1;
    const call: StoreCall = { node, operation, target, nth, sentMs: world.nowMs() };
    const plan = planned();
    if (!world.isHealed(node)) for (const rule of world.hooks.store) rule(call, plan);
    const item: UnderWay = { call, plan, answered, stopped: false };
    underWay.add(item);
    const key = hashOf(writer, target);
    const way = passage(endpoint, storeEndpoint, 'call', key, nth);
    if (way.lost || plan.loseRequest) {
      expire(item);
      return;
    }
    const delayMs = way.extraMs + plan.extraRequestMs;
    if (delayMs >= storeTimeoutMs) expire(item);
    world.after(delayMs, () => arrive(item, key, !plan.answerOfDuplicate));
    const duplicateMs = plan.duplicateMs ?? way.duplicateMs;
    if (duplicateMs === undefined) return;
    world.after(delayMs + duplicateMs, () => arrive(item, key, plan.answerOfDuplicate));
  }

  function passage(from: Endpoint, to: Endpoint, kind: 'call' | 'answer', key: number, count: number) {
    return passageOf(world, storeLatency, { from, to, kind, key, count });
  }

  function arrive(item: UnderWay, key: number, answers: boolean): void {
    if (item.stopped) return;
    const { call, plan } = item;
    const result = applied(item);
    world.note(() => `store ${endpoint} ${call.target} #${call.nth}: ${outcomeOf(result)}`);
    world.trace.value(result);
    if (!answers) return;
    const way = passage(storeEndpoint, endpoint, 'answer', key + 1, call.nth);
    if (way.lost || plan.loseAnswer) {
      expire(item);
      return;
    }
    const delayMs = way.extraMs + plan.extraAnswerMs;
    if (world.nowMs() + delayMs >= call.sentMs + storeTimeoutMs) expire(item);
    else world.after(delayMs, () => answer(item, result));
  }

  function applied({ call, plan }: UnderWay): CallResult {
    const { refusal } = plan;
    if (plan.answerBeforeMs !== undefined) {
      world.after(plan.answerBeforeMs, () => void perform(call, plan));
      return doneOf(call.operation);
    }
    if (refusal !== undefined) {
      if (refusal.applied) perform(call, plan);
      return failureOf(call.operation, refusal.kind, {
        code: refusal.code,
        message: 'simulated',
        permanent: refusal.permanent,
      });
    }
    const result = perform(call, plan);
    return plan.changeResult === undefined ? result : plan.changeResult(result);
  }

  function perform({ operation }: StoreCall, plan: StorePlan): CallResult {
    const { store } = world;
    switch (operation.kind) {
      case 'object-put': {
        const condition: PutCondition = plan.ignoreCondition ? { kind: 'none' } : operation.condition;
        const wallMs = storeWallStartMs + Math.floor(world.nowMs());
        return { kind: 'object-put', outcome: store.put(operation.key, operation.body, condition, wallMs, writer) };
      }
      case 'object-get':
        return { kind: 'object-get', outcome: store.get(operation.key, operation.range) };
      case 'object-list':
        return { kind: 'object-list', outcome: store.list(operation.prefix, operation.options) };
      case 'object-delete':
        return { kind: 'object-delete', outcome: store.deleteMany(operation.keys, writer) };
    }
  }

  function expire(item: UnderWay): void {
    const { operation, sentMs } = item.call;
    world.at(sentMs + storeTimeoutMs, () =>
      answer(item, failureOf(operation, 'unknown', { code: 'TimeoutError', message: 'no answer', permanent: false })),
    );
  }

  function answer(item: UnderWay, result: CallResult): void {
    const { answered } = item;
    underWay.delete(item);
    if (answered === undefined) return;
    item.answered = undefined;
    answered(result);
  }

  return {
    start,
    reset(arrives) {
      const items = [...underWay];
      for (const item of items) {
        if (!arrives(item.call)) item.stopped = true;
        answer(
          item,
          failureOf(item.call.operation, 'unknown', { code: 'ECONNRESET', message: 'reset', permanent: false }),
        );
      }
      return items.length;
    },
    forget() {
      for (const item of underWay) item.answered = undefined;
      underWay.clear();
    },
  };
}

function planned(): StorePlan {
  return {
    loseRequest: false,
    loseAnswer: false,
    refusal: undefined,
    extraRequestMs: 0,
    extraAnswerMs: 0,
    duplicateMs: undefined,
    answerOfDuplicate: false,
    answerBeforeMs: undefined,
    ignoreCondition: false,
    changeResult: undefined,
  };
}

function targetOf(operation: StoreOperation): string {
  switch (operation.kind) {
    case 'object-put':
      return `put ${operation.key}`;
    case 'object-get':
      return `get ${operation.key}`;
    case 'object-list':
      return `list ${operation.prefix}`;
    case 'object-delete':
      return `delete ${operation.keys[0] ?? ''}`;
  }
}

function doneOf(operation: StoreOperation): CallResult {
  switch (operation.kind) {
    case 'object-delete':
      return { kind: 'object-delete', outcome: { kind: 'ok' } };
    default:
      throw new Error(`assertion: only a delete can be answered before it is done, not ${operation.kind}`);
  }
}

function failureOf(
  operation: StoreOperation,
  kind: 'refused' | 'unknown' | 'conflict',
  problem: StoreProblem,
): CallResult {
  switch (operation.kind) {
    case 'object-put':
      return { kind: 'object-put', outcome: kind === 'conflict' ? { kind } : { kind, problem } };
    case 'object-get':
      return { kind: 'object-get', outcome: { kind: 'failed', problem } };
    case 'object-list':
      return { kind: 'object-list', outcome: { kind: 'failed', problem } };
    case 'object-delete':
      return { kind: 'object-delete', outcome: { kind: 'failed', problem, failed: operation.keys } };
  }
}

function outcomeOf(result: CallResult): string {
  return 'outcome' in result ? result.outcome.kind : result.kind;
}
