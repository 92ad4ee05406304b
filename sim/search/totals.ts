import type { RunTotals } from './job.ts';
import type { FaultKindDescription } from './subject.ts';

export const totalsNone: RunTotals = {
  runs: 0,
  events: 0,
  virtualMs: 0,
  calls: 0,
  faultsFired: {},
  ledger: {},
  callsByKind: {},
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
    callsByKind: addCounts(left.callsByKind, right.callsByKind),
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

/** So many calls of the kind that a fault needs, and it ought to have met one of them. */
const occasionsMin = 100;

/** Kinds of faults that had the occasion, and never took effect all the same. */
export function neverFired(totals: RunTotals, kinds: readonly FaultKindDescription[]): readonly string[] {
  return unfired(totals, kinds)
    .filter(({ occasion }) => occasion === undefined || isFrequent(totals, occasion))
    .map(nameOf)
    .sort();
}

/** Kinds of faults that could not take effect: the system hardly ever did what they need. */
export function withoutOccasion(
  totals: RunTotals,
  kinds: readonly FaultKindDescription[],
): readonly FaultKindDescription[] {
  return unfired(totals, kinds).filter(({ occasion }) => occasion !== undefined && !isFrequent(totals, occasion));
}

function unfired(totals: RunTotals, kinds: readonly FaultKindDescription[]): readonly FaultKindDescription[] {
  return kinds.filter(({ kind, generated }) => generated && (totals.faultsFired[kind] ?? 0) === 0);
}

function isFrequent({ callsByKind }: RunTotals, call: string): boolean {
  return (callsByKind[call] ?? 0) >= occasionsMin;
}

function nameOf({ kind }: FaultKindDescription): string {
  return kind;
}
