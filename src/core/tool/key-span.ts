import type { ByteString } from '../types/bytes.ts';

/** Keys from `from` on up to, not including, `to`; undefined: to the last. */
export interface KeySpan {
  readonly from: ByteString;
  readonly to: ByteString | undefined;
  /** Of those the ones in here alone, which ascend. */
  readonly only?: readonly ByteString[];
}

export const allKeys: KeySpan = { from: '', to: undefined };

export function spanOfKey(key: ByteString): KeySpan {
  return { from: key, to: `${key}\0` };
}

export function spanOfPrefix(prefix: ByteString): KeySpan {
  for (let length = prefix.length; length > 0; length--) {
    const last = prefix.charCodeAt(length - 1);
    if (last === 0xff) continue;
    return { from: prefix, to: prefix.slice(0, length - 1) + String.fromCharCode(last + 1) };
  }
  return { from: prefix, to: undefined };
}

export function isWithin({ from, to, only }: KeySpan, key: ByteString): boolean {
  if (key < from || (to !== undefined && key >= to)) return false;
  return only === undefined || firstFrom(only, key) === key;
}

/** The first that is not below the key. */
function firstFrom(ascending: readonly ByteString[], key: ByteString): ByteString | undefined {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return ascending[low];
}

interface FirstKeyed {
  readonly firstKey: ByteString;
  /** False: no version of its first key is in the one before. */
  readonly continues?: boolean;
}

/** Those that may hold something of the span, of references that ascend by first key. A key's versions may fill several. */
export function referencesWithin<Reference extends FirstKeyed>(
  span: KeySpan,
  references: readonly Reference[],
): readonly Reference[] {
  return references.filter(({ firstKey }, index) => {
    if (span.to !== undefined && firstKey >= span.to) return false;
    const wanted = span.only === undefined ? span.from : firstFrom(span.only, firstKey);
    if (wanted === undefined) return false;
    const next = references[index + 1];
    if (next === undefined || next.firstKey > wanted) return true;
    return next.firstKey === wanted && next.continues !== false;
  });
}
