import type { Prices } from './prices.ts';

/** What a month costs: requests at the rate at which they were counted, and what is stored now for a whole month. */

/** 730 hours, as bills have it. */
export const monthMs = 730 * 3_600_000;
const gigabyte = 1_073_741_824;

export type Charged = 'put' | 'get' | 'list' | 'delete';

export interface RequestsCounted {
  readonly subject: string;
  readonly operation: string;
  readonly requests: number;
}

export interface RequestItem {
  readonly subject: string;
  readonly charged: Charged;
  /** A month. */
  readonly requests: number;
  readonly cost: number;
}

export interface StoredItem {
  readonly subject: string;
  readonly bytes: number;
  readonly cost: number;
}

/** Asked once at each start of a node, so no rate says how often in a month. */
const onceAStart = new Set(['probe']);

export function chargedAs(operation: string): Charged {
  if (operation.startsWith('put')) return 'put';
  return operation === 'list' || operation === 'delete' ? operation : 'get';
}

export function requestItems(
  counted: readonly RequestsCounted[],
  countedMs: number,
  prices: Prices,
): readonly RequestItem[] {
  const items = new Map<string, { subject: string; charged: Charged; requests: number }>();
  for (const { subject, operation, requests } of counted) {
    if (onceAStart.has(subject)) continue;
    const charged = chargedAs(operation);
    const name = `${subject} ${charged}`;
    const item = items.get(name) ?? { subject, charged, requests: 0 };
    items.set(name, item);
    item.requests += (requests * monthMs) / countedMs;
  }
  return [...items.values()]
    .map((item) => ({ ...item, cost: requestCost(item.charged, item.requests, prices) }))
    .sort((left, right) => right.cost - left.cost || right.requests - left.requests);
}

export function requestCost(charged: Charged, requests: number, prices: Prices): number {
  return (requests / 1_000) * prices[`${charged}PerThousand`];
}

export function storageCost(bytes: number, prices: Prices): number {
  return (bytes / gigabyte) * prices.storagePerGigabyteMonth;
}

/** Between two readings of one node's counters: without what its start took. */
export function countedBetween(
  before: readonly RequestsCounted[],
  after: readonly RequestsCounted[],
): readonly RequestsCounted[] {
  const name = ({ subject, operation }: RequestsCounted): string => `${subject} ${operation}`;
  const earlier = new Map(before.map((counted) => [name(counted), counted.requests]));
  return after
    .map((counted) => ({ ...counted, requests: counted.requests - (earlier.get(name(counted)) ?? 0) }))
    .filter(({ requests }) => requests > 0);
}
