import { chargedAs, requestCost } from '../cost/month.ts';
import type { Prices } from '../cost/prices.ts';
import type { RequestCount } from './count-requests.ts';

/** From the start of the node to the last value. */
export const recoveryPhases: readonly string[] = ['ready', 'full'];

export interface Totals {
  readonly requests: number;
  readonly bytes: number;
}

/** Of these phases; undefined: of all. */
export function requestsIn(counts: readonly RequestCount[], phases: readonly string[] | undefined): Totals {
  const within = ofPhases(counts, phases);
  return {
    requests: within.reduce((sum, { requests }) => sum + requests, 0),
    bytes: within.reduce((sum, { bytesUp, bytesDown }) => sum + bytesUp + bytesDown, 0),
  };
}

/** What the requests cost; storage for the moment of a drill is nothing beside them. */
export function costOf(counts: readonly RequestCount[], phases: readonly string[] | undefined, prices: Prices): number {
  return ofPhases(counts, phases).reduce(
    (sum, { operation, requests }) => sum + requestCost(chargedAs(operation), requests, prices),
    0,
  );
}

function ofPhases(counts: readonly RequestCount[], phases: readonly string[] | undefined): readonly RequestCount[] {
  return counts.filter(({ phase }) => phases === undefined || phases.includes(phase));
}
