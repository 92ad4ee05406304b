/** What `open` is told of checkpoints and of what is kept. Invariant: a value that no node could mean is refused before anything is opened. */
export interface KeepingOptions {
  /** A checkpoint is written this many milliseconds after the last one if something came since; 0: by the log's segments alone. Default 600,000. */
  readonly checkpointIntervalMs?: number;
  /**
   * Checkpoints and the log are kept for so many milliseconds, for time travel and branches; `Infinity`: for ever. The newest two checkpoints
   * stay in any case. Default 86,400,000.
   */
  readonly retentionMs?: number;
  /** How often this node looks for what nothing needs any more, in milliseconds; 0: never, it is left to `t4 gc`. Default 900,000. */
  readonly collectIntervalMs?: number;
  /** What nothing needs any more is deleted this many milliseconds later: whoever reads it has that long. Default 3,600,000. */
  readonly collectGraceMs?: number;
}

const hourMs = 3_600_000;

/** Largest value of each, as on the command line; only retention has none. */
const largestMs = {
  checkpointIntervalMs: 24 * hourMs,
  retentionMs: Infinity,
  collectIntervalMs: 24 * hourMs,
  collectGraceMs: 876_000 * hourMs,
} as const;

type KeepingName = keyof typeof largestMs;

export function keepingOf(options: KeepingOptions): KeepingOptions {
  const given: { [Name in KeepingName]?: number } = {};
  for (const name of Object.keys(largestMs) as KeepingName[]) {
    const value = options[name];
    if (value === undefined) continue;
    check(name, value);
    given[name] = value;
  }
  return given;
}

function check(name: KeepingName, value: unknown): void {
  const largest = largestMs[name];
  const isWhole = Number.isSafeInteger(value) || (value === Infinity && largest === Infinity);
  if (isWhole && (value as number) >= 0 && (value as number) <= largest) return;
  const upTo = largest === Infinity ? 'or Infinity' : `at most ${largest}`;
  throw new TypeError(`\`${name}\` is a whole number of milliseconds, at least 0, ${upTo}; it was ${String(value)}`);
}
