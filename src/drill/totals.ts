import type { RequestCount } from './count-requests.ts';

/** Of these phases; undefined: of all. */
export function requestsIn(
  counts: readonly RequestCount[],
  phases: readonly string[] | undefined,
): { readonly requests: number; readonly bytes: number } {
  const within = counts.filter(({ phase }) => phases === undefined || phases.includes(phase));
  return {
    requests: within.reduce((sum, { requests }) => sum + requests, 0),
    bytes: within.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
