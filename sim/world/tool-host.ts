import type { NodeMachine, SystemEffect, SystemEvent } from '../types/system.ts';
import type { ToolCourse } from '../types/scenario.ts';
import { createNodeClock, microsecondsUp } from './node-clock.ts';
import { drawOf } from './random.ts';
import { createStoreCalls } from './store-calls.ts';
import type { World } from './world.ts';

/**
 * The machine on which a tool runs that an operator started: clocks of its own, no disk, and the way to the store of the node whose network
 * it is in, with the faults on that way. It runs once, stands still if its course says so, and may be killed.
 */
export interface ToolPlace {
  /** Of the operation. */
  readonly id: string;
  readonly node: number;
  /** Under which it changes the store. */
  readonly writer: number;
  readonly course: ToolCourse;
}

export interface ToolEnd {
  readonly outcome: 'done' | 'failed' | 'killed';
  /** What it said in the end. */
  readonly detail: string;
}

/** Tools change the store under numbers from here on, nodes of branches from there on. */
const toolFirst = 1_000;
const branchNodeFirst = 1_000_000;

export function writerOfTool(number: number): number {
  return toolFirst + number;
}

export function writerOfBranchNode(number: number): number {
  return branchNodeFirst + number;
}

export function isTool(writer: number): boolean {
  return writer >= toolFirst && writer < branchNodeFirst;
}

type Body = SystemEvent extends infer Event ? (Event extends SystemEvent ? Omit<Event, 'at'> : never) : never;

export function startTool(
  world: World,
  create: () => NodeMachine,
  place: ToolPlace,
  ended: (end: ToolEnd) => void,
): void {
  const { id, node, writer, course } = place;
  const draw = drawOf(world.scenario.seed, `collector/${id}`);
  const clock = createNodeClock(draw.between(0, 1_000_000), course.clockOffsetMs);
  const storeCalls = createStoreCalls(world, node, writer);
  const timers = new Map<number, object>();
  let machine: NodeMachine | undefined = create();
  let calls = 0;
  let said = '';
  let asleep: Body[] | undefined;

  function deliver(body: Body): void {
    if (asleep !== undefined) {
      asleep.push(body);
      return;
    }
    if (machine === undefined || world.verdict !== undefined) return;
    const at = clock.at(world.nowMs());
    const event = body as SystemEvent & { at: typeof at };
    event.at = at;
    world.counts.steps += 1;
    world.trace.number(writer);
    world.trace.value(event);
    world.note(() => `tool ${id} ${event.kind}`);
    for (const effect of machine.step(event)) {
      if (machine === undefined) return;
      world.trace.value(effect);
      world.note(() => `tool ${id}   -> ${described(effect)}`);
      world.counts.effects += 1;
      perform(effect);
    }
  }

  function perform(effect: SystemEffect): void {
    switch (effect.kind) {
      case 'call':
        call(effect);
        return;
      case 'timer-set':
        setTimer(effect.timer, effect.atMonotonicMs);
        return;
      case 'timer-clear':
        timers.delete(effect.timer);
        return;
      case 'log':
        said = effect.message;
        return;
      case 'stopped':
        if (effect.internal) {
          const explanation = `tool ${id}: ${effect.failure ?? ''}`;
          world.end({ kind: 'crash', explanation, atMs: world.nowMs() });
        }
        end(effect.failure === undefined ? 'done' : 'failed', effect.failure ?? said);
        return;
      default:
        throw new Error(`assertion: a tool has no ${effect.kind}`);
    }
  }

  function call({ call: number, operation: asked }: Extract<SystemEffect, { readonly kind: 'call' }>): void {
    switch (asked.kind) {
      case 'object-put':
      case 'object-get':
      case 'object-list':
      case 'object-delete':
        storeCalls.start(asked, (result) => deliver({ kind: 'result', call: number, result }));
        break;
      default:
        throw new Error(`assertion: a tool has no ${asked.kind}`);
    }
    const { callsByKind } = world.counts;
    callsByKind[asked.kind] = (callsByKind[asked.kind] ?? 0) + 1;
    calls += 1;
    if (calls === course.killAfterCalls) end('killed', `after ${calls} calls`);
    else if (calls === course.pauseAfterCalls) sleep();
  }

  function sleep(): void {
    asleep = [];
    world.after(course.pauseMs, () => {
      const waiting = asleep ?? [];
      asleep = undefined;
      for (const body of waiting) deliver(body);
    });
  }

  function setTimer(timer: number, atMonotonicMs: number): void {
    const entry = {};
    timers.set(timer, entry);
    // The clock tells whole microseconds: not one that is a rounding error before the time that was asked for.
    const dueMs = clock.trueMsOf(microsecondsUp(atMonotonicMs), world.nowMs()) ?? world.nowMs();
    world.at(Math.ceil(dueMs * 1_000) / 1_000, () => {
      if (timers.get(timer) !== entry) return;
      timers.delete(timer);
      deliver({ kind: 'timer', timer });
    });
  }

  function end(outcome: ToolEnd['outcome'], detail: string): void {
    machine = undefined;
    storeCalls.forget();
    ended({ outcome, detail });
  }

  if (course.pauseAfterMs !== undefined) {
    world.after(course.pauseAfterMs, () => {
      if (machine !== undefined && asleep === undefined) sleep();
    });
  }
  deliver({ kind: 'start', seed: Uint8Array.from({ length: 32 }, () => draw.below(256)) });
}

function described(effect: SystemEffect): string {
  return JSON.stringify(effect, (_name, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    return value instanceof Uint8Array ? `<${value.length} bytes>` : value;
  });
}
