import type { PowerLoss, SimulatedDisk } from '../doubles/disk.ts';
import type { SimulatedLocalStore } from '../doubles/local-store.ts';
import type { NodeStop } from '../types/result.ts';
import type { NodeMachine, SystemAnswer, SystemEffect, SystemEvent, SystemUnderTest } from '../types/system.ts';
import type { PlainRequest, PlainWatchRequest } from '../types/plain.ts';
import {
  createHostClients,
  type Body,
  type RequestHandle,
  type StreamConsumer,
  type StreamHandle,
} from './host-clients.ts';
import { createHostTimers } from './host-timers.ts';
import { createLocalCalls, type LocalCalls } from './local-calls.ts';
import { createNodeClock, type NodeClock } from './node-clock.ts';
import { createNodeDisks, type DiskFound } from './node-disks.ts';
import { nodeEndpoint, passageOf } from './network.ts';
import { drawOf, hashOf } from './random.ts';
import { createStoreCalls, type StoreCalls } from './store-calls.ts';
import type { World } from './world.ts';

/**
 * One machine of the world: its clocks, its disks, and the process on it, which dies and starts again. Turns the effects of the system
 * under test into calls, timers and messages, and what comes back into events.
 *
 * Invariants:
 * - Effects of a step are begun in order; a crash after one of them loses those behind it.
 * - Whatever comes for a life that is over is dropped.
 */
export interface NodeHost {
  readonly node: number;
  readonly clock: NodeClock;
  readonly storeCalls: StoreCalls;
  readonly effectsOf: readonly number[];
  incarnation(): number;
  state(): 'down' | 'up' | 'paused';
  /** `acceptLocalLoss`: for this life an operator's word, whatever the settings say. */
  start(disk: DiskFound, acceptLocalLoss?: boolean): void;
  /** What the process last said that it is; undefined: nothing yet in this life. */
  role(): string | undefined;
  /** `loss` undefined: only the process dies, what the system holds for the disk gets there. */
  crash(key: string, loss: PowerLoss['kind'] | undefined): void;
  /** Asks the process to end in an orderly way. */
  stop(): void;
  /** Of the disk that it has now. */
  memberId(): bigint;
  /** Asks it to move the lead to that member. Nobody waits for the answer. */
  moveLead(target: bigint): void;
  pause(): void;
  resume(timersFirst: boolean): void;
  /** The clocks were changed: timers are due at other times. */
  rearm(): void;
  /** Keeps a copy of both disks as they are now, for a start with `old`. */
  copyDisks(): void;
  readonly local: () => SimulatedLocalStore;
  readonly disk: () => SimulatedDisk;
  /** `call`: its name in the history. */
  request(
    call: string,
    request: PlainRequest,
    done: (answer: SystemAnswer | 'lost') => void,
  ): RequestHandle | undefined;
  openStream(request: PlainWatchRequest, consumer: StreamConsumer): StreamHandle | undefined;
  receive(from: number, body: unknown): void;
  /** All connections with clients break, on both sides. */
  resetClients(): void;
}

/** Of a node that is no member of the scenario's topology. */
export interface NodePlace {
  /** Of the branch that it runs. */
  readonly home: string;
  /** What its member ids count from; those of the topology's nodes are below 1,000. */
  readonly member: number;
  /** Under which it changes the store. */
  readonly writer: number;
}

export function createNodeHost(
  world: World,
  system: SystemUnderTest,
  node: number,
  peers: () => readonly NodeHost[],
  stopped: (stop: NodeStop) => void,
  { home, member, writer }: NodePlace = { home: '', member: node + 1, writer: node },
): NodeHost {
  const { scenario } = world;
  const effectsOf: number[] = [];
  const storeCalls = createStoreCalls(world, node, writer);
  const endpoint = nodeEndpoint(node);
  const clockDraw = drawOf(scenario.seed, `clock/${node}`);
  const clock = createNodeClock(clockDraw.between(0, 1_000_000), clockDraw.between(-2_000, 2_000));
  const disks = createNodeDisks();
  const clients = createHostClients(deliver);
  const timers = createHostTimers(world, clock, {
    due(timer) {
      if (state === 'paused') inbox.push({ kind: 'due', timer });
      else timers.fire(timer);
    },
    fired: (timer) => step({ kind: 'timer', timer }),
  });
  let incarnation = -1;
  let state: 'down' | 'up' | 'paused' = 'down';
  let role: string | undefined;
  let machine: NodeMachine | undefined;
  let localCalls: LocalCalls | undefined;
  let inbox: (Body | { readonly kind: 'due'; readonly timer: number })[] = [];
  let messages = 0;
  let triggers: { readonly nth: number; readonly act: () => void }[] = [];

  function start(found: DiskFound, accepts = scenario.topology.settings.acceptLocalLoss): void {
    if (state !== 'down' || world.isFrozen(node) || world.verdict !== undefined) return;
    disks.take(found);
    incarnation += 1;
    effectsOf.push(0);
    state = 'up';
    timers.forget();
    inbox = [];
    localCalls = createLocalCalls(world, node, disks.local(), disks.disk());
    triggers = world.hooks.effect.filter((rule) => rule.node === node && rule.incarnation === incarnation);
    const memberId = currentMemberId();
    role = undefined;
    world.record({
      kind: 'node-start',
      node,
      incarnation,
      disk: found,
      memberId: memberId.toString(),
      ...(accepts ? { acceptsLocalLoss: true } : {}),
    });
    const view = { entries: () => disks.local().entries(), file: (name: string) => disks.disk().read(name) };
    for (const observer of world.observers) {
      const verdict = observer.disks?.(node, incarnation, view);
      if (verdict !== undefined) world.end(verdict);
    }
    machine = guarded(() =>
      system.createNode({
        node,
        nodes: scenario.topology.nodes.length,
        incarnation,
        memberId,
        settings: { ...scenario.topology.settings, acceptLocalLoss: accepts },
        digest: world.digest,
        home,
      }),
    );
    const seedDraw = drawOf(scenario.seed, `seed/${node}/${incarnation}`);
    deliver({ kind: 'start', seed: Uint8Array.from({ length: 32 }, () => seedDraw.below(256)) });
  }

  function currentMemberId(): bigint {
    return BigInt(member) + BigInt(disks.generation()) * 1_000n;
  }

  function deliver(body: Body): void {
    if (state === 'down') return;
    if (state === 'paused') {
      inbox.push(body);
      return;
    }
    step(body);
  }

  function step(body: Body): void {
    if (machine === undefined || world.verdict !== undefined) return;
    const at = clock.at(world.nowMs());
    const event = body as SystemEvent & { at: typeof at };
    event.at = at;
    world.counts.steps += 1;
    world.trace.number(node);
    world.trace.text(event.kind);
    world.trace.value(event);
    world.note(() => `node ${node} ${describe(event)}`);
    const stepping = machine;
    const effects = guarded(() => stepping.step(event));
    if (effects === undefined) return;
    for (const effect of effects) {
      // A crash after an effect ends the step here.
      if (machine !== stepping) return;
      world.trace.text(effect.kind);
      world.trace.value(effect);
      world.note(() => `node ${node}   -> ${describe(effect)}`);
      for (const observer of world.observers) {
        const verdict = observer.effect?.(node, incarnation, effect, at, clients.toward(effect));
        if (verdict !== undefined) world.end(verdict);
      }
      perform(effect);
      world.counts.effects += 1;
      const count = effectsOf[incarnation]! + 1;
      effectsOf[incarnation] = count;
      if (triggers.length === 0) continue;
      for (const trigger of triggers) if (trigger.nth === count) trigger.act();
    }
  }

  function guarded<Value>(act: () => Value): Value | undefined {
    try {
      return act();
    } catch (error) {
      const stack = error instanceof Error ? error.stack : undefined;
      const explanation = `node ${node} threw: ${error instanceof Error ? error.message : String(error)}`;
      world.end({ kind: 'crash', explanation, node, atMs: world.nowMs(), ...(stack === undefined ? {} : { stack }) });
      return undefined;
    }
  }

  function perform(effect: SystemEffect): void {
    switch (effect.kind) {
      case 'call': {
        const { call, operation } = effect;
        const { callsByKind } = world.counts;
        callsByKind[operation.kind] = (callsByKind[operation.kind] ?? 0) + 1;
        const life = incarnation;
        const answered = (result: Extract<SystemEvent, { kind: 'result' }>['result']) => {
          if (life === incarnation) deliver({ kind: 'result', call, result });
        };
        if (
          operation.kind === 'object-put' ||
          operation.kind === 'object-get' ||
          operation.kind === 'object-list' ||
          operation.kind === 'object-delete'
        )
          storeCalls.start(operation, answered);
        else localCalls!.start(operation, answered);
        return;
      }
      case 'timer-set':
        timers.set(effect.timer, effect.atMonotonicMs);
        return;
      case 'timer-clear':
        timers.clear(effect.timer);
        return;
      case 'send':
        send(effect.to, effect.body);
        return;
      case 'answer':
      case 'watch-response':
      case 'watch-end':
        clients.take(effect);
        return;
      case 'role':
        role = effect.role;
        world.record({ kind: 'node-role', node, role: effect.role, epoch: effect.epoch });
        return;
      case 'log':
        if (effect.level !== 'warn' && effect.level !== 'error') return;
        world.record({ kind: 'node-log', node, level: effect.level, message: effect.message });
        return;
      case 'stopped':
        ended(effect.failure, effect.internal);
        return;
    }
  }

  function send(to: number, body: unknown): void {
    messages += 1;
    const key = hashOf(node, `message/${to}`);
    const passage = { from: endpoint, to: nodeEndpoint(to), kind: 'message' as const, key, count: messages };
    const way = passageOf(world, scenario.knobs.networkLatency, passage);
    if (way.lost) return;
    const arrive = () => peers()[to]?.receive(node, body);
    world.after(way.extraMs, arrive);
    if (way.duplicateMs !== undefined) world.after(way.extraMs + way.duplicateMs, arrive);
  }

  function ended(failure: string | undefined, internal: boolean): void {
    const life = incarnation;
    world.record(
      failure === undefined
        ? { kind: 'node-stopped', node, incarnation: life }
        : { kind: 'node-stopped', node, incarnation: life, failure },
    );
    if (internal) {
      world.end({ kind: 'crash', explanation: `node ${node}: ${failure ?? ''}`, node, atMs: world.nowMs() });
    }
    leave();
    stopped({ atMs: world.nowMs(), node, incarnation: life, failure });
  }

  /** The process is gone, its connections with it. */
  function leave(): void {
    machine = undefined;
    state = 'down';
    timers.forget();
    storeCalls.forget();
    clients.lose();
  }

  return {
    node,
    clock,
    storeCalls,
    effectsOf,
    incarnation: () => incarnation,
    state: () => state,
    start,
    role: () => role,
    crash(key, loss) {
      if (state === 'down') return;
      world.record({ kind: 'node-crash', node, incarnation, power: loss !== undefined });
      const draw = drawOf(scenario.seed, `crash/${key}/${node}/${incarnation}`);
      localCalls?.crash(draw.below);
      leave();
      if (loss !== undefined) disks.losePower(loss, draw.below);
    },
    stop: () => deliver({ kind: 'stop' }),
    memberId: currentMemberId,
    moveLead: (target) => deliver({ kind: 'move-lead', target: target.toString() }),
    pause() {
      if (state === 'up') state = 'paused';
    },
    resume(timersFirst) {
      if (state !== 'paused' || world.isFrozen(node)) return;
      state = 'up';
      const waiting = inbox;
      inbox = [];
      const due = waiting.filter((item) => item.kind === 'due');
      const others = waiting.filter((item) => item.kind !== 'due');
      for (const item of timersFirst ? [...due, ...others] : waiting) {
        if (item.kind === 'due') timers.fire(item.timer);
        else deliver(item);
      }
    },
    rearm: timers.rearm,
    copyDisks: disks.copy,
    local: disks.local,
    disk: disks.disk,
    request: (call, request, done) => (state === 'down' ? undefined : clients.request(call, request, done)),
    openStream: (request, consumer) => (state === 'down' ? undefined : clients.openStream(request, consumer)),
    receive: (from, body) => deliver({ kind: 'message', from, body }),
    resetClients: clients.reset,
  };
}

function describe(item: SystemEvent | SystemEffect): string {
  return JSON.stringify(item, (_name, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    return value instanceof Uint8Array ? `<${value.length} bytes>` : value;
  });
}
