/**
 * A set of object names that may be very many, as 52 bits of each: eight hex digits of the content's hash and five of the attempt.
 *
 * Two names with the same bits are taken for one. Who asks "may this go?" then keeps one object too many, never one too few.
 */
export interface NameSet {
  add(key: string): void;
  has(key: string): boolean;
  readonly size: number;
}

const uniquePattern = /([0-9a-f]{8})[0-9a-f]{56}-([0-9a-f]{5})[0-9a-f]{11}$/;

export function createNameSet(): NameSet {
  const fingerprints = new Set<number>();
  /** Names of another form, whole. */
  const others = new Set<string>();
  return {
    add(key) {
      const fingerprint = fingerprintOf(key);
      if (fingerprint === undefined) others.add(key);
      else fingerprints.add(fingerprint);
    },
    has(key) {
      const fingerprint = fingerprintOf(key);
      return fingerprint === undefined ? others.has(key) : fingerprints.has(fingerprint);
    },
    get size() {
      return fingerprints.size + others.size;
    },
  };
}

function fingerprintOf(key: string): number | undefined {
  const match = uniquePattern.exec(key);
  return match === null ? undefined : Number.parseInt(match[1]! + match[2]!, 16);
}
