import type { RunTotals } from './job.ts';

export const totalsNone: RunTotals = {
  runs: 0,
  events: 0,
  virtualMs: 0,
  calls: 0,
  faultsFired: {},
  ledger: {},
  cpuMs: 0,
};

export function addTotals(left: RunTotals, right: RunTotals): RunTotals {
  return {
    runs: left.runs + right.runs,
    events: left.events + right.events,
    virtualMs: left.virtualMs + right.virtualMs,
    calls: left.calls + right.calls,
    faultsFired: addCounts(left.faultsFired, right.faultsFired),
    ledger: addCounts(left.ledger, right.ledger),
    cpuMs: left.cpuMs + right.cpuMs,
  };
}

/** Names with a count of 0 stay: they say what could have been there. */
function addCounts(
  left: Readonly<Record<string, number>>,
  right: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const sum: Record<string, number> = { ...left };
  for (const [name, count] of Object.entries(right)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

/** Guarantees that no run put to the test: a campaign that passed them over has proved nothing about them. */
export function neverExercised(totals: RunTotals): readonly string[] {
  return Object.entries(totals.ledger)
    .filter(([, count]) => count === 0)
    .map(([name]) => name)
    .sort();
}

export function neverFired(totals: RunTotals, kinds: readonly string[]): readonly string[] {
  return kinds.filter((kind) => (totals.faultsFired[kind] ?? 0) === 0).sort();
}
