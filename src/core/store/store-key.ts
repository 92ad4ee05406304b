import { assert } from '../assert.ts';

/** Where a key is in the store of the family: one with a slash in front is from the family's root, any other from the database's home. */

export function storeKeyOf(home: string, key: string): string {
  return key.startsWith('/') ? key.slice(1) : home + key;
}

/** Back to the form that `asked` has: absolute or relative to the home. */
export function keyOfStoreKey(home: string, storeKey: string, asked: string): string {
  if (asked.startsWith('/')) return `/${storeKey}`;
  assert(storeKey.startsWith(home), 'what was listed below the home is there');
  return storeKey.slice(home.length);
}
