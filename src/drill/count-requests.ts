import { countedStore } from '../host/store-usage/counted-store.ts';
import { createStoreUsage, type StoreUsage, type UsageCount } from '../host/store-usage/usage.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** What a drill asks of the store, by what was being done when the answer came. */
export interface RequestCount extends UsageCount {
  readonly phase: string;
}

export interface RequestCounter {
  readonly store: ObjectStore;
  /** From now on. */
  phase(name: string): void;
  counts(): readonly RequestCount[];
}

export function countRequests(store: ObjectStore, clock: Clock): RequestCounter {
  const phases = new Map<string, StoreUsage>();
  let current = usageOf('prepare');

  function usageOf(phase: string): StoreUsage {
    const known = phases.get(phase) ?? createStoreUsage();
    phases.set(phase, known);
    return known;
  }

  const usage: StoreUsage = {
    seen: (call) => current.seen(call),
    further: (operation, key) => current.further(operation, key),
    report: () => current.report(),
  };
  return {
    store: countedStore(store, usage, clock),
    phase: (name) => void (current = usageOf(name)),
    counts: () => [...phases].flatMap(([phase, { report }]) => report().counts.map((count) => ({ phase, ...count }))),
  };
}
