/** What rounds are boiled down to. Medians, because a shared machine has bad moments; ratios by pairs, because it has bad minutes. */

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = at(sorted, middle);
  return sorted.length % 2 === 1 ? upper : (at(sorted, middle - 1) + upper) / 2;
}

/** The smallest value that at least this share of all does not exceed. */
export function percentile(sorted: Float64Array, percent: number): number {
  const rank = Math.max(1, Math.ceil((sorted.length * percent) / 100));
  return at(sorted, rank - 1);
}

export interface Ratios {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Round by round, ours to theirs: the two rounds of a pair ran next to each other. */
export function pairedRatios(ours: readonly number[], theirs: readonly number[]): Ratios {
  if (ours.length !== theirs.length)
    throw new RangeError(`${ours.length} rounds cannot be paired with ${theirs.length}`);
  const ratios = ours.map((our, round) => our / theirs[round]!);
  return { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
}

/** Who goes first in a round: taken in turns, so that what the first leaves behind falls on both alike. */
export function roundOrder<Contender>(contenders: readonly Contender[], round: number): readonly Contender[] {
  return round % 2 === 0 ? contenders : contenders.toReversed();
}

function at(sorted: Float64Array, index: number): number {
  const value = sorted[index];
  if (value === undefined) throw new RangeError('statistics of no values');
  return value;
}
