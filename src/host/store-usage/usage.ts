import { subjectOf, type StoreSubject } from './subject.ts';

/**
 * What was asked of an object store since this was made: requests as they are paid for, by operation, by what the object is, and by how
 * they ended. Of bounded size: nothing in it is by key.
 */
export const storeOperations = [
  'put',
  'put-if-absent',
  'put-if-match',
  'get',
  'get-range',
  'head',
  'list',
  'delete',
] as const;
export type StoreOperation = (typeof storeOperations)[number];

/** As the port says how a call ended. */
export const storeOutcomes = [
  'ok',
  'condition-failed',
  'conflict',
  'not-found',
  'refused',
  'unknown',
  'failed',
] as const;
export type StoreOutcome = (typeof storeOutcomes)[number];

export interface UsageCount {
  readonly operation: StoreOperation;
  readonly subject: StoreSubject;
  readonly outcome: StoreOutcome;
  readonly requests: number;
  /** Bodies alone; headers are a few hundred bytes a request. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Objects that a deletion was for. */
  readonly objects: number;
}

export interface UsageLatency {
  readonly operation: StoreOperation;
  readonly requests: number;
  readonly milliseconds: number;
  /** How many took no longer than each of `latencyBoundsMs`; not those below the bound before it. */
  readonly within: readonly number[];
}

export const latencyBoundsMs = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000] as const;

export interface UsageReport {
  readonly counts: readonly UsageCount[];
  readonly latencies: readonly UsageLatency[];
  /** By the store's code for what went wrong; the first so many codes, and the rest together. */
  readonly problems: readonly { readonly code: string; readonly requests: number }[];
}

export interface CallSeen {
  readonly operation: StoreOperation;
  readonly subject: StoreSubject;
  readonly outcome: StoreOutcome;
  readonly milliseconds: number;
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  readonly objects?: number;
  readonly problemCode?: string;
}

export interface StoreUsage {
  seen(call: CallSeen): void;
  /** One more request of a call that is counted when it has ended. */
  readonly further: (operation: 'head' | 'list', key: string) => void;
  report(): UsageReport;
}

export const problemCodesMax = 32;
const otherProblems = 'other';

type Counting<Report> = { -readonly [Name in keyof Report]: Report[Name] };

export function createStoreUsage(): StoreUsage {
  const counts = new Map<string, Counting<UsageCount>>();
  const latencies = new Map<StoreOperation, Counting<UsageLatency> & { readonly within: number[] }>();
  const problems = new Map<string, number>();

  function countOf({ operation, subject, outcome }: Pick<CallSeen, 'operation' | 'subject' | 'outcome'>) {
    const name = `${operation} ${subject} ${outcome}`;
    let count = counts.get(name);
    if (count === undefined) {
      count = { operation, subject, outcome, requests: 0, bytesUp: 0, bytesDown: 0, objects: 0 };
      counts.set(name, count);
    }
    return count;
  }

  function took(operation: StoreOperation, milliseconds: number): void {
    let latency = latencies.get(operation);
    if (latency === undefined) {
      latency = { operation, requests: 0, milliseconds: 0, within: latencyBoundsMs.map(() => 0) };
      latencies.set(operation, latency);
    }
    latency.requests += 1;
    latency.milliseconds += milliseconds;
    const bound = latencyBoundsMs.findIndex((boundMs) => milliseconds <= boundMs);
    if (bound !== -1) latency.within[bound]! += 1;
  }

  return {
    seen(call) {
      const count = countOf(call);
      count.requests += 1;
      count.bytesUp += call.bytesUp ?? 0;
      count.bytesDown += call.bytesDown ?? 0;
      count.objects += call.objects ?? 0;
      took(call.operation, call.milliseconds);
      if (call.problemCode === undefined) return;
      const code = problems.has(call.problemCode) || problems.size < problemCodesMax ? call.problemCode : otherProblems;
      problems.set(code, (problems.get(code) ?? 0) + 1);
    },
    further(operation, key) {
      countOf({ operation, subject: subjectOf(key), outcome: 'ok' }).requests += 1;
    },
    report: () => ({
      counts: [...counts.values()].map((count) => ({ ...count })),
      latencies: [...latencies.values()].map((latency) => ({ ...latency, within: [...latency.within] })),
      problems: [...problems].map(([code, requests]) => ({ code, requests })),
    }),
  };
}
