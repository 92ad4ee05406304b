/** Spans of revisions, both ends included, asked by a revision many times over. */
export interface Spans {
  /** Whether a span holds the revision; `except`: one with another name than this. */
  covers(revision: number, except?: number): boolean;
}

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly name: number;
}

export function createSpans(given: readonly Span[]): Spans {
  const spans = given.filter(({ from, to }) => from <= to).sort((left, right) => left.from - right.from);
  const starts = spans.map(({ from }) => from);
  /** The farthest end of a span and of all before it: where it lies behind, none of them needs a look. */
  const reach: number[] = [];
  for (const [index, { to }] of spans.entries()) reach.push(Math.max(to, reach[index - 1] ?? to));
  return {
    covers(revision, except) {
      for (let index = placeAbove(starts, revision) - 1; index >= 0 && reach[index]! >= revision; index--) {
        const { to, name } = spans[index]!;
        if (to >= revision && name !== except) return true;
      }
      return false;
    },
  };
}

/** Of ascending numbers the first above this one. */
export function firstAbove(numbers: readonly number[], bound: number): number | undefined {
  return numbers[placeAbove(numbers, bound)];
}

function placeAbove(numbers: readonly number[], bound: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
