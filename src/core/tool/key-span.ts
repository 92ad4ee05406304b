import type { ByteString } from '../types/bytes.ts';

/** Keys from `from` on up to, not including, `to`; undefined: to the last. */
export interface KeySpan {
  readonly from: ByteString;
  readonly to: ByteString | undefined;
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

export function isWithin({ from, to }: KeySpan, key: ByteString): boolean {
  return key >= from && (to === undefined || key < to);
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
    const next = references[index + 1];
    if (next === undefined || next.firstKey > span.from) return true;
    return next.firstKey === span.from && next.continues !== false;
  });
}
