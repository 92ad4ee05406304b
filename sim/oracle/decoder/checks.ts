import { FormatError, type Cursor } from './cursor.ts';

/** What holds of lists, counts and keys wherever they stand. */

export function atLeastOne(cursor: Cursor, what: string): number {
  const value = cursor.varint();
  if (value < 1) throw new FormatError(`${what}: 0`);
  return value;
}

export function decodeSharedKey(cursor: Cursor, previousKey: string): string {
  const shared = cursor.varint();
  const rest = cursor.byteString();
  if (shared > previousKey.length)
    throw new FormatError(`${shared} bytes are shared with a key of ${previousKey.length}`);
  const canShareMore = shared < previousKey.length && rest.length > 0 && previousKey[shared] === rest[0];
  if (canShareMore) throw new FormatError('a key shares less than it could');
  return previousKey.slice(0, shared) + rest;
}

export function checkAscending<Item>(
  items: readonly Item[],
  isBelow: (left: Item, right: Item) => boolean,
  what: string,
): void {
  for (let index = 1; index < items.length; index++) {
    if (!isBelow(items[index - 1]!, items[index]!)) throw new FormatError(`${what} do not ascend`);
  }
}
