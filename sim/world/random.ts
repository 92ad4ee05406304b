/**
 * Chance by key. Every decision has a stream of its own, made from the seed and the name of what is decided, so that nothing that is
 * added or removed elsewhere moves it. Integers and the four operations only: the same on every engine.
 */
export interface Draw {
  /** 0 to 2^32 - 1. */
  u32(): number;
  /** 0 up to, not including, `bound`. */
  below(bound: number): number;
  /** From `from` up to and including `to`, whole. */
  between(from: number, to: number): number;
  /** From 0 up to, not including, 1. */
  unit(): number;
  chance(share: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
}

export function drawOf(seed: number, key: string): Draw {
  // sfc32, seeded with four hashes of the key; the first numbers are thrown away to mix them.
  let a = hashOf(seed, key);
  let b = hashOf(a ^ 0x9e3779b9, key);
  let c = hashOf(b ^ 0x85ebca6b, key);
  let counter = 1;

  function u32(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
  for (let discarded = 0; discarded < 12; discarded++) u32();

  const below = (bound: number) => Math.floor((u32() / 4_294_967_296) * bound);
  return {
    u32,
    below,
    between: (from, to) => from + below(to - from + 1),
    unit: () => u32() / 4_294_967_296,
    chance: (share) => u32() / 4_294_967_296 < share,
    pick(items) {
      if (items.length === 0) throw new RangeError('nothing to pick from');
      return items[below(items.length)]!;
    },
  };
}

/** FNV-1a over the chars, then murmur's finalizer, so that keys that differ in their last digit are far apart. */
export function hashOf(seed: number, key: string): number {
  let hash = (seed ^ 0x811c9dc5) | 0;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return finished(hash);
}

/** One number from 0 up to, not including, 1, by a key in two parts: for what is drawn very often. */
export function unitOf(seed: number, hash: number, count: number): number {
  return finished(Math.imul(hash ^ Math.imul(count, 0x9e3779b1), 0x85ebca6b) ^ seed) / 4_294_967_296;
}

function finished(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
