/** Which database of the family an object belongs to, by its key from the family's root, without a slash in front. */
export interface PlacedKey {
  /** With a slash behind it; empty: the root's. */
  readonly home: string;
  readonly rest: string;
}

const homePattern = /^branches\/([a-z0-9][a-z0-9._-]{0,63})\/[0-9a-f]{16}\//;

export function placeKey(key: string): PlacedKey {
  const home = homePattern.exec(key)?.[0] ?? '';
  return { home, rest: key.slice(home.length) };
}

/** Of a branch's home. */
export function nameOfHome(home: string): string {
  return homePattern.exec(home)?.[1] ?? '';
}
