import type { Instant } from '../../src/ports/clock.ts';

/**
 * One machine's two clocks, as functions of the world's true time. Invariant: the monotonic clock never goes back.
 */
export interface NodeClock {
  at(trueMs: number): Instant;
  /** When the monotonic clock will show that, as things stand; undefined: it stands still. */
  trueMsOf(monotonicMs: number, nowMs: number): number | undefined;
  /** Both clocks run that much as fast as true time from now on. */
  setRate(nowMs: number, rate: number): void;
  jumpWall(nowMs: number, byMs: number): void;
  setFrozen(nowMs: number, which: { readonly monotonic: boolean; readonly wall: boolean }): void;
}

const wallStartMs = 1_767_225_600_000;

export function createNodeClock(monotonicStartMs: number, wallOffsetMs: number): NodeClock {
  let sinceMs = 0;
  let monotonicMs = monotonicStartMs;
  let wallMs = wallStartMs + wallOffsetMs;
  let rate = 1;
  let frozen = { monotonic: false, wall: false };

  function monotonicAt(trueMs: number): number {
    return frozen.monotonic ? monotonicMs : monotonicMs + (trueMs - sinceMs) * rate;
  }

  function settle(nowMs: number): void {
    const elapsedMs = (nowMs - sinceMs) * rate;
    if (!frozen.monotonic) monotonicMs += elapsedMs;
    if (!frozen.wall) wallMs += elapsedMs;
    sinceMs = nowMs;
  }

  return {
    at(trueMs) {
      const wall = frozen.wall ? wallMs : wallMs + (trueMs - sinceMs) * rate;
      return { monotonicMs: microseconds(monotonicAt(trueMs)), wallMs: Math.floor(wall) };
    },
    trueMsOf(wantedMs, nowMs) {
      const leftMs = wantedMs - monotonicAt(nowMs);
      if (leftMs <= 0) return nowMs;
      return frozen.monotonic ? undefined : nowMs + leftMs / rate;
    },
    setRate(nowMs, next) {
      settle(nowMs);
      rate = next;
    },
    jumpWall(nowMs, byMs) {
      settle(nowMs);
      wallMs += byMs;
    },
    setFrozen(nowMs, which) {
      settle(nowMs);
      frozen = which;
    },
  };
}

/** Times are whole microseconds, so that they print and compare well. */
export function microseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

export function microsecondsUp(ms: number): number {
  return Math.ceil(ms * 1_000) / 1_000;
}
