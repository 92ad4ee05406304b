import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the campaigns against one mutant came to: one file for each mutant, so that several processes fill one folder, and one that was broken
 * off goes on where it stopped.
 *
 * Invariant: what is measured twice at one commit differs in `seconds` alone.
 */
export interface KillRecord {
  readonly mutant: string;
  readonly settings: KillSettings;
  /** Of the code that was measured: what it finds, and the trace of its story, hold there. */
  readonly commit: string;
  /** Campaigns that found it. */
  readonly killed: number;
  /** That it took, the killing one among them; null: it lived. */
  readonly seeds: Spread<number | null>;
  /** Of all campaigns, in their order; left out: not kept. */
  readonly seedsOfEach?: readonly (number | null)[];
  /** Of processor time. */
  readonly seconds: Spread<number>;
  /** How many campaigns saw which guarantee broken. */
  readonly found: Readonly<Record<string, number>>;
  /** Seeds that failed, but prove nothing: the verdict was `unknown`, or the unchanged core fails them too. Left out: not kept. */
  readonly notCounted?: number;
  /** Of the smallest scenario that killed it; left out: none did, or it could not be shrunk. */
  readonly story?: KillStory | undefined;
}

export interface KillSettings {
  readonly campaigns: number;
  readonly seedsMax: number;
}

/** Of all campaigns. Of an even number of them the median is the upper one of the two in the middle: one that was measured. */
export interface Spread<Value> {
  readonly median: Value;
  readonly worst: Value;
}

export interface CampaignKill {
  /** Null: the mutant lived. */
  readonly seeds: number | null;
  readonly seconds: number;
  /** Empty: none. */
  readonly found: string;
  readonly notCounted: number;
}

type Measured = Required<Pick<KillRecord, 'killed' | 'seeds' | 'seedsOfEach' | 'seconds' | 'found' | 'notCounted'>>;

export function measuredBy(campaigns: readonly CampaignKill[]): Measured {
  const found: Record<string, number> = {};
  for (const { found: title } of campaigns) if (title !== '') found[title] = (found[title] ?? 0) + 1;
  const seeds = spreadOf(campaigns.map((each) => each.seeds ?? Infinity));
  const orLived = (count: number) => (count === Infinity ? null : count);
  return {
    killed: campaigns.filter((each) => each.seeds !== null).length,
    seeds: { median: orLived(seeds.median), worst: orLived(seeds.worst) },
    seedsOfEach: campaigns.map((each) => each.seeds),
    seconds: spreadOf(campaigns.map(({ seconds }) => seconds)),
    found,
    notCounted: campaigns.reduce((sum, { notCounted }) => sum + notCounted, 0),
  };
}

function spreadOf(values: readonly number[]): Spread<number> {
  return { median: medianOf(values), worst: Math.max(...values) };
}

export function medianOf(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Infinity;
}

export interface KillStory {
  readonly verdict: string;
  readonly lines: readonly string[];
  /** Events that the story leaves out. */
  readonly leftOut: number;
  readonly operations: number;
  readonly faults: number;
  /** The budget did not end before the scenario was minimal. */
  readonly complete: boolean;
  /** Left out: not kept. */
  readonly shrinkRuns?: number;
  readonly traceHash: string;
  /** Where it was told anew later, for the former one showed nothing any more. Left out: at that of the record. */
  readonly commit?: string;
  /** The printed command, in a process of its own, gave the same trace hash. */
  readonly replays: boolean;
  /** The code has changed since, and the scenario shows nothing any more: to be told anew (`--mend`). */
  readonly stale?: true;
  /** The core without the mutant passes the shrunk scenario. */
  readonly unchangedPasses: boolean;
}

export function readRecords(folder: string): ReadonlyMap<string, KillRecord> {
  if (!existsSync(folder)) return new Map();
  const records = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as KillRecord);
  return new Map(records.map((record) => [record.mutant, record]));
}

export function writeRecord(folder: string, record: KillRecord): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${record.mutant}.json`), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** In every campaign, and its story holds. */
export function isKilled(record: KillRecord | undefined): boolean {
  if (record?.story === undefined) return false;
  return holds(record.story) && record.killed === record.settings.campaigns;
}

export function holds({ replays, unchangedPasses, stale }: KillStory): boolean {
  return replays && unchangedPasses && stale !== true;
}
