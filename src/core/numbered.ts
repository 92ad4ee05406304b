/**
 * What has a number and is soon gone: calls under way, timers, requests that wait for their answers.
 *
 * A `Map` is no place for it, because of what V8 leaves of one: whenever what was added and taken has worn a table out, the map gets a new one,
 * to which the old one still points. Once one of these tables is in the old generation, no minor collection frees any that came after it, nor what was in
 * them: of all that passed through the map a good part is copied twice and lies about until the next major collection. Here
 * a place is used again, and what is worn out points to nothing.
 *
 * Numbers are whole and above 0. It never gets smaller: room for a number costs little.
 */
export interface Numbered<Item> {
  size(): number;
  get(number: number): Item | undefined;
  set(number: number, item: Item): void;
  /** What has this number, which is free from now on. */
  take(number: number): Item | undefined;
  /** In no order. */
  all(): readonly (readonly [number, Item])[];
}

/** Of a number that is free. */
const free = 0;

const bitsMin = 3;

/** 2^32 over the golden ratio: numbers that follow one another end up far apart. */
const spread = 0x9e37_79b1;

/**
 * A table with open addressing: what is not at its own place is at the next that was free, with no free place between.
 *
 * @param secret where others choose the numbers: they must not know it. Undefined: they follow one another
 */
export function createNumbered<Item>(secret?: number): Numbered<Item> {
  let bits = bitsMin;
  let numbers = new Float64Array(1 << bits);
  let items: (Item | undefined)[] = emptyItems(1 << bits);
  let size = 0;

  function ownPlace(number: number): number {
    const mixed = secret === undefined ? number : mix(number ^ secret);
    return Math.imul(mixed, spread) >>> (32 - bits);
  }

  function next(place: number): number {
    return (place + 1) & (numbers.length - 1);
  }

  /** Where the number is, or would be. */
  function placeOf(number: number): number {
    let place = ownPlace(number);
    while (numbers[place] !== free && numbers[place] !== number) place = next(place);
    return place;
  }

  function put(number: number, item: Item): void {
    const place = placeOf(number);
    if (numbers[place] === free) size += 1;
    numbers[place] = number;
    items[place] = item;
  }

  function grow(): void {
    const before = all();
    bits += 1;
    numbers = new Float64Array(1 << bits);
    items = emptyItems(1 << bits);
    size = 0;
    for (const [number, item] of before) put(number, item);
  }

  /** What follows and would no longer be found moves up. */
  function clear(place: number): void {
    let gap = place;
    for (let at = next(gap); numbers[at] !== free; at = next(at)) {
      const isFoundWithoutGap = isBetween(gap, ownPlace(numbers[at]!), at);
      if (isFoundWithoutGap) continue;
      numbers[gap] = numbers[at]!;
      items[gap] = items[at];
      gap = at;
    }
    numbers[gap] = free;
    items[gap] = undefined;
    size -= 1;
  }

  function all(): readonly (readonly [number, Item])[] {
    const found: (readonly [number, Item])[] = [];
    numbers.forEach((number, place) => {
      if (number !== free) found.push([number, items[place] as Item]);
    });
    return found;
  }

  return {
    size: () => size,
    get: (number) => items[placeOf(number)],
    set(number, item) {
      if ((size + 1) * 2 > numbers.length) grow();
      put(number, item);
    },
    take(number) {
      const place = placeOf(number);
      const item = items[place];
      if (numbers[place] === number) clear(place);
      return item;
    },
    all,
  };
}

/** Each bit of it depends on each of the number (the end of MurmurHash3). */
function mix(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}

function emptyItems(count: number): undefined[] {
  return new Array<undefined>(count).fill(undefined);
}

/** Whether a walk from `start`, which goes round, meets `place` after `start` and not after `end`. */
function isBetween(start: number, place: number, end: number): boolean {
  return start <= end ? start < place && place <= end : start < place || place <= end;
}
