/** Chance that can be had again: mulberry32, small, and the same everywhere. */
export interface Seeded {
  /** From 0 up to 1. */
  next(): number;
  /** A whole number from `least` to `most`, both possible. */
  integer(least: number, most: number): number;
  pick<Item>(items: readonly Item[]): Item;
  shuffled<Item>(items: readonly Item[]): readonly Item[];
  /** A stream of its own: what is drawn from it moves nothing here. */
  fork(): Seeded;
}

export function createSeeded(seed: number): Seeded {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    integer,
    pick: (items) => items[integer(0, items.length - 1)]!,
    shuffled(items) {
      const rest = [...items];
      return items.map(() => rest.splice(integer(0, rest.length - 1), 1)[0]!);
    },
    fork: () => createSeeded(integer(0, 0xffff_ffff)),
  };
}
