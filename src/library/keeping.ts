import type { OpenOptions } from './open.ts';

/** What `open` is told of checkpoints and of what is kept. Invariant: a value that no node could mean is refused before anything is opened. */
export type KeepingOptions = Pick<OpenOptions, KeepingName>;

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
