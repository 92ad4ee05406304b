import { microsecondsUp, type NodeClock } from './node-clock.ts';
import type { World } from './world.ts';

/** The timers of one life of a process: set by its monotonic clock, which may run wrong, be changed or stand still. */
export interface HostTimers {
  set(timer: number, wantedMs: number): void;
  clear(timer: number): void;
  /** It is due by the world's time: calls `fired`, or, where the clock has been changed meanwhile, waits on. */
  fire(timer: number): void;
  /** The clock was changed. */
  rearm(): void;
  /** The process is gone. */
  forget(): void;
}

interface HostTimer {
  readonly wantedMs: number;
  token: number;
}

export interface HostTimersEdges {
  /** Now, or later if the process stands still: `fire` is to be called. */
  due(timer: number): void;
  fired(timer: number): void;
}

export function createHostTimers(world: World, clock: NodeClock, { due, fired }: HostTimersEdges): HostTimers {
  const timers = new Map<number, HostTimer>();
  let tokens = 0;

  function arm(timer: number): void {
    const entry = timers.get(timer);
    if (entry === undefined) return;
    const dueMs = clock.trueMsOf(entry.wantedMs, world.nowMs());
    const token = ++tokens;
    entry.token = token;
    if (dueMs === undefined) return;
    world.at(dueMs > world.nowMs() ? microsecondsUp(dueMs) : dueMs, () => {
      if (timers.get(timer)?.token === token) due(timer);
    });
  }

  return {
    set(timer, wantedMs) {
      timers.set(timer, { wantedMs, token: 0 });
      arm(timer);
    },
    clear: (timer) => void timers.delete(timer),
    fire(timer) {
      const entry = timers.get(timer);
      if (entry === undefined) return;
      if (clock.at(world.nowMs()).monotonicMs < entry.wantedMs) {
        world.after(0.001, () => arm(timer));
        return;
      }
      timers.delete(timer);
      fired(timer);
    },
    rearm() {
      for (const timer of timers.keys()) arm(timer);
    },
    forget: () => timers.clear(),
  };
}
