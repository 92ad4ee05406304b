/** What a month costs, as facts and as a text that says what they rest on. */
import { requestItems, storageCost, type RequestItem, type StoredItem } from '../cost/month.ts';
import type { Prices } from '../cost/prices.ts';
import type { Stored } from '../cost/stored.ts';
import { whatIf, type LoadSeen, type WhatIf } from '../cost/what-if.ts';
import { textTable } from './text-table.ts';
import { formatSize } from './units.ts';
import { roundDuration, subjectWords } from './usage-text.ts';

export interface Sample {
  readonly store: string;
  readonly role: string;
  /** Of the node: what that took is in it. */
  readonly sinceStart: boolean;
  /** Of the newest checkpoint. */
  readonly treeBytes: number | undefined;
  readonly load: LoadSeen;
}

export interface Cost {
  readonly prices: Prices;
  readonly countedMilliseconds: number | undefined;
  readonly requests: readonly RequestItem[];
  readonly storage: readonly StoredItem[];
  /** A month, without what is unknown. */
  readonly total: number;
  /** What it rests on, and what is not in it. */
  readonly notes: readonly string[];
  readonly whatIf: readonly WhatIf[];
}

const dayMs = 24 * 3_600_000;
const hourMs = 3_600_000;

export function costOf(sample: Sample | undefined, stored: readonly Stored[] | undefined, prices: Prices): Cost {
  const requests = sample === undefined ? [] : requestItems(sample.load.counted, sample.load.countedMs, prices);
  const storage = storageItems(sample, stored, prices);
  return {
    prices,
    countedMilliseconds: sample?.load.countedMs,
    requests,
    storage,
    total: [...requests, ...storage].reduce((sum, item) => sum + item.cost, 0),
    notes: notesOf(sample, stored),
    whatIf: sample === undefined ? [] : whatIf(sample.load, prices),
  };
}

function storageItems(
  sample: Sample | undefined,
  stored: readonly Stored[] | undefined,
  prices: Prices,
): readonly StoredItem[] {
  const priced = (subject: string, bytes: number): StoredItem => ({ subject, bytes, cost: storageCost(bytes, prices) });
  if (stored !== undefined) return stored.map(({ subject, bytes }) => priced(subject, bytes));
  if (sample?.treeBytes === undefined) return [];
  return [
    priced('newest checkpoint', sample.treeBytes),
    priced('history before it', sample.load.keeping?.historyBytes ?? 0),
  ];
}

function notesOf(sample: Sample | undefined, stored: readonly Stored[] | undefined): readonly string[] {
  const notes: string[] = [];
  if (sample === undefined) notes.push('Requests are not in it: no node was asked (--endpoint HOST:PORT).');
  else {
    const { countedMs } = sample.load;
    const length = roundDuration(countedMs);
    if (countedMs < hourMs)
      notes.push(`ESTIMATED FROM ${length} ALONE: checkpoints and collections may be missing in it, or too many.`);
    else if (countedMs < dayMs) notes.push(`Estimated from ${length}: what changes over a day or a week is not in it.`);
    else notes.push(`Estimated from ${length}.`);
    if (sample.sinceStart)
      notes.push(
        'Counted since the node started; what its start took is in the rate (--sample 10m counts from now on).',
      );
    notes.push(`Requests of this node (${sample.role}) alone; nodes that stand by, tools and branches make their own.`);
  }
  if (stored === undefined)
    notes.push(
      'Storage is what the node knows of: not the log after the newest checkpoint, nor what is condemned (--store URL lists all).',
    );
  else
    notes.push('Storage is what is there now, for a whole month; old versions that the bucket keeps are not listed.');
  notes.push(
    'Within one region data in transit costs nothing; from another region or the internet it does, and is not in it.',
  );
  return notes;
}

export function costText(cost: Cost): string {
  const { prices, requests, storage, total, notes, whatIf: changes } = cost;
  const money = (amount: number): string =>
    amount.toFixed(amount !== 0 && Math.abs(amount) < 0.01 ? 4 : 2).padStart(10);
  const word = (subject: string): string => subjectWords[subject] ?? subject;
  const rows = [
    ...requests.map(({ subject, charged, requests: count, cost: amount }) => [
      word(subject),
      charged.toUpperCase(),
      Math.round(count),
      '',
      money(amount),
    ]),
    ...storage.map(({ subject, bytes, cost: amount }) => [
      word(subject),
      'stored',
      '',
      formatSize(bytes).padStart(10),
      money(amount),
    ]),
    ['total', '', '', '', money(total)],
  ];
  const changed = changes.map(({ setting, now, then, change, means }) => [
    `--${setting}`,
    now,
    then,
    typeof change === 'number' ? `${change > 0 ? '+' : ''}${money(change).trim()}`.padStart(10) : change,
    typeof change === 'number' ? means : '',
  ]);
  return [
    `A month (730 hours) in ${prices.currency}, by ${prices.name}.`,
    ...notes.map((note) => `- ${note}`),
    ...textTable(['WHAT', 'AS', 'A MONTH', 'SIZE', 'COST'], rows),
    ...(changed.length === 0
      ? []
      : [
          '',
          'With another setting, all else as it was counted:',
          ...textTable(['SETTING', 'NOW', 'THEN', 'CHANGE', 'MEANS'], changed),
        ]),
    '',
  ].join('\n');
}
