import type { Retention } from '../core/types/retention.ts';

/** What `open` is told of checkpoints and of what is kept. Invariant: a value that no node could mean is refused before anything is opened. */
export interface KeepingOptions {
  /** A checkpoint is written this many milliseconds after the last one if something came since; 0: by the log's segments alone. Default 600,000. */
  readonly checkpointIntervalMs?: number;
  /**
   * Checkpoints and the log are kept for so many milliseconds, for time travel and branches; `Infinity`: for ever. The newest two checkpoints
   * stay in any case. Kept in the database. Default: what it was told last; 86,400,000 for a new one.
   */
  readonly retentionMs?: number;
  /** Instead of a time: so many bytes of them beyond the newest checkpoint. */
  readonly retentionBytes?: number;
  /** How often this node looks for what nothing needs any more, in milliseconds; 0: never, it is left to `t4 gc`. Default 900,000. */
  readonly collectIntervalMs?: number;
  /** What nothing needs any more is deleted this many milliseconds later: whoever reads it has that long. Default 3,600,000. */
  readonly collectGraceMs?: number;
  /**
   * How often this node holds what it serves against the store, in milliseconds; 0: never. Where they differ the alarm `corrupt` is raised. Reads the
   * newest checkpoint and the log after it. Default 0.
   */
  readonly corruptCheckMs?: number;
}

const hourMs = 3_600_000;

/** Largest value of each, as on the command line; only the time of retention has none. */
const largest = {
  checkpointIntervalMs: 24 * hourMs,
  retentionMs: Infinity,
  retentionBytes: Number.MAX_SAFE_INTEGER,
  collectIntervalMs: 24 * hourMs,
  collectGraceMs: 876_000 * hourMs,
  corruptCheckMs: 8_760 * hourMs,
} as const;

type KeepingName = keyof typeof largest;

/** As a node is told it. */
export interface Keeping extends Omit<KeepingOptions, 'retentionMs' | 'retentionBytes'> {
  readonly retention?: Retention;
}

export function keepingOf(options: KeepingOptions): Keeping {
  const given: { [Name in KeepingName]?: number } = {};
  for (const name of Object.keys(largest) as KeepingName[]) {
    const value = options[name];
    if (value === undefined) continue;
    check(name, value);
    given[name] = value;
  }
  const { retentionMs, retentionBytes, ...rest } = given;
  if (retentionMs !== undefined && retentionBytes !== undefined) {
    throw new TypeError('`retentionMs` and `retentionBytes` are two retentions: give one of them');
  }
  if (retentionBytes !== undefined) return { ...rest, retention: { kind: 'size', bytes: retentionBytes } };
  if (retentionMs === undefined) return rest;
  const isForEver = retentionMs === Infinity;
  return { ...rest, retention: isForEver ? { kind: 'for-ever' } : { kind: 'age', milliseconds: retentionMs } };
}

function check(name: KeepingName, value: unknown): void {
  const highest = largest[name];
  const isWhole = Number.isSafeInteger(value) || (value === Infinity && highest === Infinity);
  if (isWhole && (value as number) >= 0 && (value as number) <= highest) return;
  const upTo = highest === Infinity ? 'or Infinity' : `at most ${highest}`;
  const unit = name === 'retentionBytes' ? 'bytes' : 'milliseconds';
  throw new TypeError(`\`${name}\` is a whole number of ${unit}, at least 0, ${upTo}; it was ${String(value)}`);
}
