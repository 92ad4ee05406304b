/**
 * Delta debugging: the fewest items with which the test still holds. Ever smaller stretches are taken out, front to back, until no single item can
 * be: the result is minimal in that sense unless the budget ended first.
 *
 * - `holds(items)` is true to begin with, deterministic, and returns undefined when the budget is spent.
 */
export function fewestItems<Item>(
  items: readonly Item[],
  holds: (items: readonly Item[]) => boolean | undefined,
): readonly Item[] {
  let kept = items;
  for (let length = Math.max(1, Math.ceil(kept.length / 2)); kept.length > 0;) {
    const before = kept.length;
    for (let start = 0; start < kept.length;) {
      const rest = [...kept.slice(0, start), ...kept.slice(start + length)];
      const verdict = holds(rest);
      if (verdict === undefined) return kept;
      if (verdict) kept = rest;
      else start += length;
    }
    if (length > 1) length = Math.ceil(length / 2);
    else if (kept.length === before) return kept;
  }
  return kept;
}
