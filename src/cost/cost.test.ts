import { describe, expect, test } from 'vitest';
import { countedBetween, monthMs, requestItems, storageCost, type RequestsCounted } from './month.ts';
import { parsePrices, pricesDefault } from './prices.ts';
import { renewalsPerLease, whatIf, type LoadSeen, type WhatIf } from './what-if.ts';

const hourMs = 3_600_000;
const counted: readonly RequestsCounted[] = [
  { subject: 'segment', operation: 'put-if-absent', requests: 3_600 },
  { subject: 'control', operation: 'put-if-match', requests: 3_600 },
  { subject: 'chunk', operation: 'put-if-absent', requests: 600 },
  { subject: 'chunk', operation: 'list', requests: 8 },
  { subject: 'page', operation: 'get', requests: 100 },
  { subject: 'page', operation: 'head', requests: 100 },
  { subject: 'segment', operation: 'delete', requests: 50 },
  { subject: 'probe', operation: 'put', requests: 1_000 },
];
const load: LoadSeen = {
  counted,
  countedMs: hourMs,
  settings: {
    durability: 'object',
    leaseMs: 3_000,
    memberIntervalMs: 15_000,
    uploadIntervalMs: 1_000,
    checkpointIntervalMs: 600_000,
    collectIntervalMs: 900_000,
  },
  keeping: {
    retention: { kind: 'age', milliseconds: 24 * hourMs },
    checkpoints: 3,
    historyBytes: 1_073_741_824,
    historyMs: 24 * hourMs,
  },
};

function changeOf(changes: readonly WhatIf[], setting: string, then: string): number | string | undefined {
  return changes.find((change) => change.setting === setting && change.then === then)?.change;
}

describe('a month', () => {
  test('is 730 hours at the rate that was counted; a start’s own requests have none', () => {
    const items = requestItems(counted, hourMs, pricesDefault);
    expect(items.map(({ subject, charged }) => `${subject} ${charged}`)).toEqual([
      'segment put',
      'control put',
      'chunk put',
      'page get',
      'chunk list',
      'segment delete',
    ]);
    expect(items[0]).toMatchObject({ requests: 3_600 * 730 });
    expect(items[0]!.cost).toBeCloseTo(13.14, 6);
    expect(items[3]!.requests).toBe(200 * 730);
    expect(items[5]!.cost).toBe(0);
  });

  test('of a gibibyte costs its price', () => {
    expect(storageCost(1_073_741_824, pricesDefault)).toBe(0.023);
  });

  test('between two readings has nothing of before the first', () => {
    const before = [{ subject: 'segment', operation: 'get', requests: 900 }];
    const after = [
      { subject: 'segment', operation: 'get', requests: 900 },
      { subject: 'segment', operation: 'put', requests: 4 },
    ];
    expect(countedBetween(before, after)).toEqual([{ subject: 'segment', operation: 'put', requests: 4 }]);
  });
});

describe('another setting', () => {
  const changes = whatIf(load, pricesDefault);

  test('lease-ttl: renewals alone, three in each', () => {
    const of = (ms: number) => ((renewalsPerLease * monthMs) / ms / 1_000) * 0.005;
    expect(changeOf(changes, 'lease-ttl', '10s')).toBeCloseTo(of(10_000) - of(3_000), 9);
    expect(changeOf(changes, 'lease-ttl', '1s')).toBeGreaterThan(0);
    expect(changeOf(changes, 'lease-ttl', '3s')).toBeUndefined();
  });

  test('member-interval: one PUT in each by each node that stands by', () => {
    const of = (ms: number) => (monthMs / ms / 1_000) * 0.005;
    expect(changeOf(changes, 'member-interval', '1m')).toBeCloseTo(of(60_000) - of(15_000), 9);
    expect(changeOf(changes, 'member-interval', 'off')).toBeCloseTo(-0.876, 9);
  });

  test('local: one segment an interval at most, and never more than now', () => {
    expect(changeOf(changes, 'durability', 'local, upload-interval 1s')).toBeCloseTo(0, 9);
    expect(changeOf(changes, 'durability', 'local, upload-interval 5s')).toBeCloseTo(-13.14 * (4 / 5), 6);
    const settings = { ...load.settings, durability: 'local', uploadIntervalMs: 5_000 };
    const local = whatIf({ ...load, settings }, pricesDefault);
    expect(local.filter(({ setting }) => setting === 'upload-interval').map(({ then }) => then)).toEqual(['30s']);
  });

  test('checkpoint-interval: as many objects each, at another rate', () => {
    expect(changeOf(changes, 'checkpoint-interval', '1h')).toBeCloseTo(-2.19 * (5 / 6), 6);
    expect(changeOf(changes, 'checkpoint-interval', '5m')).toBeCloseTo(2.19, 6);
  });

  test('collect-interval: what a round that was counted took', () => {
    const aRound = (8 * 0.005 + 200 * 0.0004) / 1_000 / 4;
    expect(changeOf(changes, 'collect-interval', '1h')).toBeCloseTo(aRound * (730 - 2_920), 9);
  });

  test('retention: history that goes on growing as it grew', () => {
    expect(changeOf(changes, 'retention', '24h')).toBeCloseTo(0, 9);
    expect(changeOf(changes, 'retention', '168h')).toBeCloseTo(6 * 0.023, 9);
  });

  test('what the sample does not show is not told', () => {
    const settings = { ...load.settings, checkpointIntervalMs: 0, collectIntervalMs: 0 };
    const silent = whatIf({ ...load, settings, counted: [], keeping: undefined }, pricesDefault);
    const told = silent.filter(({ change }) => typeof change === 'number').map(({ setting }) => setting);
    expect(new Set(told)).toEqual(new Set(['lease-ttl', 'member-interval']));
  });
});

describe('prices', () => {
  test('are read from YAML and JSON', () => {
    const text = Object.entries(pricesDefault)
      .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
      .join('\n');
    expect(parsePrices(text)).toEqual(pricesDefault);
    expect(parsePrices(JSON.stringify(pricesDefault))).toEqual(pricesDefault);
  });

  test.each([
    ['[]', 'no list'],
    ['{', ''],
    [JSON.stringify({ ...pricesDefault, getPerThousand: undefined }), 'getPerThousand is missing'],
    [JSON.stringify({ ...pricesDefault, getPerThousand: -1 }), 'getPerThousand is missing, or is no price'],
    [JSON.stringify({ ...pricesDefault, putPerMillion: 1 }), 'putPerMillion is no price'],
    [JSON.stringify({ ...pricesDefault, currency: 5 }), 'currency is missing'],
  ])('%s are none', (text, problem) => {
    const parsed = parsePrices(text);
    expect(typeof parsed).toBe('string');
    expect(parsed).toContain(problem);
  });
});
