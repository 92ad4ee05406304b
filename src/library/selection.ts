import type { ByteString } from '../core/types/bytes.ts';
import type { KeyRange } from '../core/types/key-range.ts';
import { toByteString, type Bytes } from './bytes.ts';

/** Which keys: one key, all that start with a prefix (`''`: every key), or those from `from` on, up to, not including, `to`. */
export type Selection = Bytes | { readonly prefix: Bytes } | { readonly from: Bytes; readonly to?: Bytes };

/** etcd's sign for "up to the last key", and for the first possible key. */
const zero: ByteString = '\0';

export function toKeyRange(selection: Selection): KeyRange {
  if (typeof selection === 'string' || selection instanceof Uint8Array) {
    return { key: toByteString(selection), rangeEnd: undefined };
  }
  if ('prefix' in selection) return prefixRange(toByteString(selection.prefix));
  const key = toByteString(selection.from);
  const from = key === '' ? zero : key;
  if (selection.to === undefined) return { key: from, rangeEnd: zero };
  const rangeEnd = toByteString(selection.to);
  if (rangeEnd === '' || rangeEnd === zero) throw new RangeError('`to` would select nothing: no key sorts before it');
  return { key: from, rangeEnd };
}

/** The end of a prefix is the prefix with its last byte raised by one; bytes that cannot be raised fall off. */
function prefixRange(prefix: ByteString): KeyRange {
  if (prefix === '') return { key: zero, rangeEnd: zero };
  for (let index = prefix.length - 1; index >= 0; index--) {
    const byte = prefix.charCodeAt(index);
    if (byte < 255) return { key: prefix, rangeEnd: prefix.slice(0, index) + String.fromCharCode(byte + 1) };
  }
  return { key: prefix, rangeEnd: zero };
}
