/**
 * Rows for bars so that none covers another in its row: each goes, in order of its start, into the first row that is free. Returns a row for
 * each span, in the order given.
 */
export function rowsOf(spans: readonly { readonly fromMs: number; readonly toMs: number }[]): number[] {
  const rows: number[] = new Array<number>(spans.length).fill(0);
  const order = spans
    .map((_, index) => index)
    .sort((left, right) => spans[left]!.fromMs - spans[right]!.fromMs || left - right);
  const freeFrom: number[] = [];
  for (const index of order) {
    const { fromMs, toMs } = spans[index]!;
    let row = freeFrom.findIndex((free) => free <= fromMs);
    if (row === -1) row = freeFrom.length;
    rows[index] = row;
    freeFrom[row] = toMs;
  }
  return rows;
}

/** The bars with their rows, and how many rows there are. */
export function inRows<Bar extends { readonly fromMs: number; readonly toMs: number }>(
  bars: readonly Bar[],
): { readonly rows: number; readonly items: (Bar & { readonly row: number })[] } {
  const rows = rowsOf(bars);
  return { rows: Math.max(0, ...rows) + 1, items: bars.map((bar, index) => ({ ...bar, row: rows[index]! })) };
}

export function groupBy<Value>(values: readonly Value[], nameOf: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const name = nameOf(value);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [value]);
    else group.push(value);
  }
  return groups;
}

/** `c2` before `c10`. */
export function byName(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}
