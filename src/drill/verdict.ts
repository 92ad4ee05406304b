import type { Compared } from './compare.ts';
import { failureOf } from './failure.ts';
import type { DrillReport } from './report.ts';

/** What a drill comes to, from what was compared and how long it took, or from what ended it. */
export type Verdict = Pick<DrillReport, 'outcome' | 'reason'>;

export interface Limits {
  readonly readyMs: number | undefined;
  readonly fullMs: number | undefined;
}

export interface Took {
  readonly ready: number;
  readonly full: number;
}

const ok: Verdict = { outcome: 'ok', reason: null };

export function judge({ expected, recovered, keys }: Compared, took: Took, limits: Limits): Verdict {
  const { revision } = expected;
  if (expected.hash !== recovered.hash) {
    const hashes = `${hex(expected.hash)} was expected, ${hex(recovered.hash)} was recovered`;
    return { outcome: 'mismatch', reason: `another state at revision ${revision}: ${hashes}` };
  }
  if (expected.keys !== undefined && expected.keys !== keys) {
    const reason = `another number of keys at revision ${revision}: ${expected.keys} were expected, ${keys} recovered`;
    return { outcome: 'mismatch', reason };
  }
  const late: string[] = [];
  for (const name of ['ready', 'full'] as const) {
    const limit = limits[`${name}Ms`];
    if (limit !== undefined && took[name] > limit) {
      late.push(`${name} after ${took[name].toFixed(0)} ms, allowed were ${limit}`);
    }
  }
  return late.length === 0 ? ok : { outcome: 'too-slow', reason: late.join('; ') };
}

/** Throws what is a bug. */
export function endOf(error: unknown, interrupted: AbortSignal, timeout: AbortSignal, timeoutMs: number): Verdict {
  if (interrupted.aborted) return { outcome: 'unknown', reason: 'interrupted' };
  if (timeout.aborted) return { outcome: 'not-recovered', reason: `no result after ${timeoutMs / 1_000} s` };
  const failure = failureOf(error);
  if (failure === undefined) throw error;
  return { outcome: failure.outcome, reason: failure.message };
}

export function hex(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}
