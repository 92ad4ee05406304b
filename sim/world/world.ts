import type { Digest } from '../../src/ports/digest.ts';
import { createSimulatedObjectStore, type SimulatedObjectStore } from '../doubles/object-store.ts';
import type { HistoryEvent } from '../types/history.ts';
import type { Observer } from '../types/observer.ts';
import type { StoreChange, Verdict } from '../types/result.ts';
import type { Fault, Latency, Scenario } from '../types/scenario.ts';
import { createEventQueue } from './event-queue.ts';
import { createHooks, type Hooks } from './hooks.ts';
import { microseconds } from './node-clock.ts';
import { unitOf } from './random.ts';
import { createTraceHash, type TraceHash } from './trace.ts';

/**
 * What everything in a run shares: true time, the queue of what is to happen, chance by key, the history, the trace.
 *
 * Invariants:
 * - One thing happens at a time, in the order of (time, order of putting in).
 * - Nothing here or in what uses it reads a clock, draws unkeyed chance or waits for anything outside.
 */
export interface World {
  readonly scenario: Scenario;
  readonly digest: Digest;
  readonly store: SimulatedObjectStore;
  readonly hooks: Hooks;
  readonly trace: TraceHash;
  readonly history: HistoryEvent[];
  readonly storeChanges: StoreChange[];
  readonly observers: readonly Observer[];
  readonly firedByKind: Map<string, number>;
  readonly firedIds: Set<string>;
  readonly counts: WorldCounts;
  /** Set once: the run is over. */
  verdict: Verdict | undefined;
  nowMs(): number;
  at(atMs: number, act: () => void): void;
  after(delayMs: number, act: () => void): void;
  latency(latency: Latency, key: number, count: number): number;
  record(event: HistoryBody): void;
  /** A line for whoever compares two runs. */
  note(line: () => string): void;
  readonly lines: readonly string[] | undefined;
  /** A fault took effect. */
  fired(fault: Fault, detail: string, node?: number): void;
  /** No fault may touch this node any more. */
  isHealed(node: number): boolean;
  /** The scenario has healed others and left this node as it was: it neither starts nor wakes up any more. */
  isFrozen(node: number): boolean;
  /** For windows: true time, which stands still for them when the scenario heals, so that what is left as it was stays so. */
  windowMs(): number;
  end(verdict: Verdict): void;
  run(): void;
}

export type HistoryBody = HistoryEvent extends infer Event
  ? Event extends HistoryEvent
    ? Omit<Event, 'atMs'>
    : never
  : never;

export interface WorldCounts {
  events: number;
  steps: number;
  effects: number;
  calls: number;
  storeCalls: number;
  readonly callsByKind: Record<string, number>;
}

/** Of the store's clock, in milliseconds since 1970, when the world begins. */
export const storeWallStartMs = 1_767_225_600_000;
const justBeforeMs = 0.001;
/** More events than that without any time passing: something spins. */
const eventsAtOnceMax = 200_000;

export function createWorld(
  scenario: Scenario,
  digest: Digest,
  observers: readonly Observer[],
  recordLines: boolean,
): World {
  const queue = createEventQueue<() => void>();
  const trace = createTraceHash();
  const history: HistoryEvent[] = [];
  const storeChanges: StoreChange[] = [];
  const lines: string[] | undefined = recordLines ? [] : undefined;
  const firedByKind = new Map<string, number>();
  const firedIds = new Set<string>();
  const healed = new Set(scenario.knobs.heal?.nodes ?? []);
  const healMs = scenario.knobs.heal?.atMs ?? Number.POSITIVE_INFINITY;
  let nowMs = 0;

  const store = createSimulatedObjectStore((key, bytes, by) => {
    const change: StoreChange = { atMs: nowMs, key, node: by, bytes };
    storeChanges.push(change);
    trace.text(key);
    trace.number(bytes?.length ?? -1);
    for (const observer of observers) settle(observer.store?.(change));
  });

  function settle(verdict: Verdict | undefined): void {
    if (verdict !== undefined) world.end(verdict);
  }

  const world: World = {
    scenario,
    digest,
    store,
    hooks: createHooks(),
    trace,
    history,
    storeChanges,
    observers,
    firedByKind,
    firedIds,
    counts: { events: 0, steps: 0, effects: 0, calls: 0, storeCalls: 0, callsByKind: {} },
    verdict: undefined,
    nowMs: () => nowMs,
    at(atMs, act) {
      queue.push(atMs > nowMs ? microseconds(atMs) : nowMs, act);
    },
    after(delayMs, act) {
      queue.push(delayMs > 0 ? microseconds(nowMs + delayMs) : nowMs, act);
    },
    latency({ minMs, typicalMs, slowMs, slowShare }, key, count) {
      const drawn = unitOf(scenario.seed, key, count);
      if (drawn >= slowShare) return minMs + ((drawn - slowShare) / (1 - slowShare)) * (typicalMs - minMs);
      return typicalMs + (drawn / slowShare) * (slowMs - typicalMs);
    },
    record(body) {
      const event = { atMs: nowMs, ...body } as HistoryEvent;
      history.push(event);
      trace.value(event);
      for (const observer of observers) settle(observer.history?.(event));
    },
    note(line) {
      lines?.push(`${nowMs.toFixed(3)} ${line()}`);
    },
    lines,
    fired(fault, detail, node = fault.node) {
      firedByKind.set(fault.kind, (firedByKind.get(fault.kind) ?? 0) + 1);
      firedIds.add(fault.id);
      world.note(() => `fault ${fault.id} ${detail}`);
      const body = { kind: 'fault' as const, fault: fault.id, faultKind: fault.kind, detail };
      world.record(node === undefined ? body : { ...body, node });
    },
    isHealed: (node) => nowMs >= healMs && healed.has(node),
    isFrozen: (node) => nowMs >= healMs && !healed.has(node),
    windowMs: () => (nowMs >= healMs ? healMs - justBeforeMs : nowMs),
    end(verdict) {
      world.verdict ??= verdict;
    },
    run() {
      let atOnce = 0;
      const { endMs, eventsMax } = scenario.knobs;
      for (;;) {
        const next = queue.nextMs();
        if (next === undefined || next >= endMs || world.verdict !== undefined) break;
        atOnce = next > nowMs ? 0 : atOnce + 1;
        if (atOnce > eventsAtOnceMax) {
          world.end({ kind: 'unknown', explanation: `${eventsAtOnceMax} events at ${nowMs} ms: time stands still` });
        }
        nowMs = next;
        world.counts.events += 1;
        if (world.counts.events > eventsMax) {
          world.end({ kind: 'unknown', explanation: `the budget of ${eventsMax} events is spent at ${nowMs} ms` });
        }
        trace.number(nowMs);
        queue.pop()();
      }
      if (world.verdict === undefined) nowMs = endMs;
    },
  };
  return world;
}
