import type { Retention } from '../core/types/retention.ts';
import { chargedAs, monthMs, requestCost, storageCost, type RequestsCounted } from './month.ts';
import type { Prices } from './prices.ts';

/**
 * What a month would cost more or less with another value of one setting, everything else as it was counted. Each setting makes requests by a
 * formula of its own (docs/cost.md); where the sample does not say what the formula needs, there is a reason instead of a number.
 */
export interface LoadSeen {
  readonly counted: readonly RequestsCounted[];
  readonly countedMs: number;
  readonly settings: {
    readonly durability: string;
    readonly leaseMs: number;
    readonly memberIntervalMs: number;
    readonly uploadIntervalMs: number;
    readonly checkpointIntervalMs: number;
    readonly collectIntervalMs: number;
  };
  /** Of the one node that leads; undefined: this node does not. */
  readonly keeping:
    | {
        readonly retention: Retention | undefined;
        readonly checkpoints: number;
        /** Between the oldest and the newest checkpoint. */
        readonly historyBytes: number;
        readonly historyMs: number;
      }
    | undefined;
}

export interface WhatIf {
  readonly setting: string;
  readonly now: string;
  /** As it would be. */
  readonly then: string;
  /** More than now, a month; negative: less. A text says why it cannot be told. */
  readonly change: number | string;
  /** What one gets or gives for it. */
  readonly means: string;
}

/** A leader renews its lease so often while it lasts. */
export const renewalsPerLease = 3;
const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const checkpointSubjects = ['checkpoint', 'page', 'chunk'];
/** Listed by a collector; the last two for the store's own time. */
const collectedSubjects = [...checkpointSubjects, 'condemned', 'archive', 'control', 'manifest'];

export function whatIf(load: LoadSeen, prices: Prices): readonly WhatIf[] {
  return [
    ...leaseChanges(load, prices),
    ...memberChanges(load, prices),
    ...uploadChanges(load, prices),
    ...checkpointChanges(load, prices),
    ...collectChanges(load, prices),
    ...retentionChanges(load, prices),
  ];
}

/** Renewals: 3 PUTs of `control` in each time to live, whatever the load. */
function leaseChanges({ settings: { leaseMs } }: LoadSeen, prices: Prices): readonly WhatIf[] {
  const cost = (ms: number): number => requestCost('put', (renewalsPerLease * monthMs) / ms, prices);
  return [secondMs, 3 * secondMs, 10 * secondMs, 30 * secondMs]
    .filter((ms) => ms !== leaseMs)
    .map((ms) => ({
      setting: 'lease-ttl',
      now: duration(leaseMs),
      then: duration(ms),
      change: cost(ms) - cost(leaseMs),
      means: ms > leaseMs ? 'after a crash another node waits longer' : 'another node takes over sooner',
    }));
}

/** One PUT in each by a node that stands by, and none by a node alone; what reads them is not counted. */
function memberChanges({ settings: { memberIntervalMs } }: LoadSeen, prices: Prices): readonly WhatIf[] {
  const cost = (ms: number): number => (ms === 0 ? 0 : requestCost('put', monthMs / ms, prices));
  return [0, 5 * secondMs, 15 * secondMs, minuteMs]
    .filter((ms) => ms !== memberIntervalMs)
    .map((ms) => ({
      setting: 'member-interval',
      now: intervalText(memberIntervalMs),
      then: intervalText(ms),
      change: cost(ms) - cost(memberIntervalMs),
      means: `for each node that stands by, which ${ms === 0 ? 'is in no member list' : `is listed for up to ${duration(3 * ms)} when it is dead`}`,
    }));
}

/** One segment each interval at most, and never more than now: what comes in between goes together. */
function uploadChanges({ settings, counted, countedMs }: LoadSeen, prices: Prices): readonly WhatIf[] {
  const isLocal = settings.durability === 'local';
  const segments = requestsOf(counted, ['segment'], 'put');
  const now = (segments * monthMs) / countedMs;
  const cost = (ms: number): number => requestCost('put', Math.min(now, monthMs / ms) - now, prices);
  return [secondMs, 5 * secondMs, 30 * secondMs]
    .filter((ms) => !isLocal || ms > settings.uploadIntervalMs)
    .map((ms) => ({
      setting: isLocal ? 'upload-interval' : 'durability',
      now: isLocal ? duration(settings.uploadIntervalMs) : 'object',
      then: isLocal ? duration(ms) : `local, upload-interval ${duration(ms)}`,
      change: segments === 0 ? 'no segment of the log was written while it was counted' : cost(ms),
      means: `the loss of the disk loses up to ${duration(ms)} of writes`,
    }));
}

/** As many objects for each checkpoint as now, at another rate: an upper bound, for fewer checkpoints upload less in all. */
function checkpointChanges({ settings, counted, countedMs }: LoadSeen, prices: Prices): readonly WhatIf[] {
  const { checkpointIntervalMs: interval } = settings;
  const puts = (requestsOf(counted, checkpointSubjects, 'put') * monthMs) / countedMs;
  const change = (ms: number): number | string => {
    if (interval === 0) return 'checkpoints are taken by the size of the log alone';
    if (puts === 0) return 'no checkpoint was written while it was counted';
    return requestCost('put', puts * (interval / ms) - puts, prices);
  };
  return [5 * minuteMs, 10 * minuteMs, hourMs]
    .filter((ms) => ms !== interval)
    .map((ms) => ({
      setting: 'checkpoint-interval',
      now: intervalText(interval),
      then: duration(ms),
      change: change(ms),
      means: ms > interval ? 'a start replays more of the log' : 'a start replays less of the log',
    }));
}

/** A round lists everything, and reads each checkpoint with its pages: as many requests as the rounds took that were counted. */
function collectChanges({ settings, counted, countedMs }: LoadSeen, prices: Prices): readonly WhatIf[] {
  const { collectIntervalMs: interval } = settings;
  const rounds = interval === 0 ? 0 : Math.floor(countedMs / interval);
  const lists = requestsOf(counted, collectedSubjects, 'list');
  const gets = requestsOf(counted, ['checkpoint', 'page'], 'get');
  const aRound = rounds === 0 ? 0 : (requestCost('list', lists, prices) + requestCost('get', gets, prices)) / rounds;
  const change = (ms: number): number | string => {
    if (interval === 0) return 'this node does not collect';
    if (rounds === 0 || lists === 0) return 'nothing was collected while it was counted';
    return aRound * (monthMs / ms - monthMs / interval);
  };
  return [5 * minuteMs, 15 * minuteMs, hourMs, 6 * hourMs]
    .filter((ms) => ms !== interval)
    .map((ms) => ({
      setting: 'collect-interval',
      now: intervalText(interval),
      then: duration(ms),
      change: change(ms),
      means: ms > interval ? 'what nothing needs lies longer' : 'what nothing needs goes sooner',
    }));
}

/** History grows as it grew between the oldest and the newest checkpoint. */
function retentionChanges({ keeping }: LoadSeen, prices: Prices): readonly WhatIf[] {
  const reason =
    keeping === undefined
      ? 'this node does not lead'
      : keeping.historyMs === 0
        ? 'there is no history between two checkpoints yet'
        : undefined;
  const rate = keeping === undefined || keeping.historyMs === 0 ? 0 : keeping.historyBytes / keeping.historyMs;
  return [dayMs, 7 * dayMs, 30 * dayMs].map((ms) => ({
    setting: 'retention',
    now: retentionText(keeping?.retention),
    then: duration(ms),
    change: reason ?? storageCost(rate * ms - (keeping?.historyBytes ?? 0), prices),
    means: 'against the history that is kept now',
  }));
}

function requestsOf(counted: readonly RequestsCounted[], subjects: readonly string[], charged: string): number {
  return counted
    .filter(({ subject, operation }) => subjects.includes(subject) && chargedAs(operation) === charged)
    .reduce((sum, { requests }) => sum + requests, 0);
}

function retentionText(retention: Retention | undefined): string {
  switch (retention?.kind) {
    case undefined:
      return 'unknown';
    case 'for-ever':
      return 'forever';
    case 'age':
      return duration(retention.milliseconds);
    case 'size':
      return `${Number((retention.bytes / 1_048_576).toFixed(1))} MiB`;
  }
}

function intervalText(milliseconds: number): string {
  return milliseconds === 0 ? 'off' : duration(milliseconds);
}

function duration(milliseconds: number): string {
  for (const [unit, length] of [
    ['h', hourMs],
    ['m', minuteMs],
    ['s', secondMs],
  ] as const) {
    if (milliseconds >= length && milliseconds % length === 0) return `${milliseconds / length}${unit}`;
  }
  return `${milliseconds}ms`;
}
