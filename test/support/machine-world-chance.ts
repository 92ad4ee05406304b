/**
 * Chance by address: each draw is named by the seed and a key, so that leaving one thing out of a run moves nothing else.
 */
export interface Chance {
  /** In [0, 1). */
  draw(address: string): number;
  /** A whole number, both ends included. */
  between(address: string, low: number, high: number): number;
  happens(address: string, rate: number): boolean;
  pick<Value>(address: string, values: readonly Value[]): Value;
  /** Numbers the uses of an address: `put/1` is its first. */
  nth(address: string): string;
}

export function createChance(seed: number): Chance {
  const uses = new Map<string, number>();
  const chance: Chance = {
    draw: (address) => hashOf(seed, address) / 0x1_0000_0000,
    between: (address, low, high) => low + Math.floor(chance.draw(address) * (high - low + 1)),
    happens: (address, rate) => rate > 0 && chance.draw(address) < rate,
    pick: (address, values) => values[Math.floor(chance.draw(address) * values.length)]!,
    nth(address) {
      const use = (uses.get(address) ?? 0) + 1;
      uses.set(address, use);
      return `${address}/${use}`;
    },
  };
  return chance;
}

/** FNV-1a with a finishing mix: plain, fast, and even enough for faults. */
function hashOf(seed: number, text: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  return (hash ^ (hash >>> 16)) >>> 0;
}
