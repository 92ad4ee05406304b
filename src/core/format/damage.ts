/**
 * Damage: bytes that are not what their key promises. It is always named, with the place and with both sides of the
 * disagreement, and what is damaged is never used in part.
 */
export interface DamagedObject {
  /** Object key, local log file, or name of the local entry: as the caller gave it. */
  readonly key: string;
  readonly reason: DamageReason;
  /** Where in the bytes, from 0. */
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
}

export type DamageReason =
  /** Another kind of object, or none of ours. */
  | 'kind'
  /** The bytes end too early. */
  | 'truncated'
  | 'trailing'
  | 'checksum'
  /** Whole, but written by a newer release. */
  | 'version'
  /** Whole, but a field is outside its bounds. */
  | 'value'
  /** Whole, but it is another object than the one asked for: other slot, other database, other content. */
  | 'identity';

export type Decoded<Value> =
  { readonly kind: 'ok'; readonly value: Value } | { readonly kind: 'damaged'; readonly damage: DamagedObject };

/** One sentence for an operator. */
export function describeDamage(damage: DamagedObject): string {
  return `${damage.key}: ${words[damage.reason]} at byte ${damage.offset}: expected ${damage.expected}, found ${damage.found}`;
}

const words: Readonly<Record<DamageReason, string>> = {
  kind: 'not the kind of object that belongs here',
  truncated: 'cut short',
  trailing: 'bytes after its end',
  checksum: 'checksum does not match',
  version: 'written by a newer release',
  value: 'a field is out of bounds',
  identity: 'another object under this name',
};

/** Travels from where damage is found to the decoder's border, never beyond. */
export class DamageSignal extends Error {
  override readonly name = 'DamageSignal';
  readonly reason: DamageReason;
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
  constructor(reason: DamageReason, offset: number, expected: string, found: string) {
    super(reason);
    this.reason = reason;
    this.offset = offset;
    this.expected = expected;
    this.found = found;
  }
}

/** Runs a decoder; damage that it signals becomes a result that names `key`. */
export function decoding<Value>(key: string, decode: () => Value): Decoded<Value> {
  try {
    return { kind: 'ok', value: decode() };
  } catch (error) {
    if (!(error instanceof DamageSignal)) throw error;
    const { reason, offset, expected, found } = error;
    return { kind: 'damaged', damage: { key, reason, offset, expected, found } };
  }
}
