/** Which pages have been met, a bit each: what comes back to a page that it was at goes in a circle. */
export interface PageSet {
  /** False: it was in it before. */
  add(page: number): boolean;
}

export function createPageSet(end: number): PageSet {
  const bits = new Uint8Array(Math.ceil(end / 8));
  return {
    add(page) {
      const mask = 1 << (page & 7);
      const index = page >>> 3;
      if ((bits[index]! & mask) !== 0) return false;
      bits[index]! |= mask;
      return true;
    },
  };
}
