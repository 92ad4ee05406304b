import type { Verdict } from '../types/result.ts';

/** What a script learns without reading: which kind of promise was broken, worst first. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  safety: 3,
  liveness: 4,
  crash: 5,
  unknown: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const worstFirst = ['safety', 'liveness', 'crash', 'unknown'] as const;

export function exitCodeOf(verdicts: readonly Verdict[]): ExitCode {
  const worst = worstFirst.find((kind) => verdicts.some((verdict) => verdict.kind === kind));
  return worst === undefined ? exitCodes.ok : exitCodes[worst];
}

export const exitCodesText =
  'Exit code: 0 nothing found, 1 the simulator itself failed, 2 wrong usage, 3 a safety guarantee is broken, ' +
  '4 a liveness guarantee is broken, 5 the system crashed on its own, 6 unknown: nothing is proved, 130 interrupted before anything was found.';
