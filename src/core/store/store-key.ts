/**
 * Where a key is in the store of the family: one with a slash in front is from the family's root, any other from the database's home.
 */

export function storeKeyOf(home: string, key: string): string {
  return key.startsWith('/') ? key.slice(1) : home + key;
}

/** Back to the form that was asked in; undefined: the store answered with a key that is not below there. */
export function keyOfStoreKey(home: string, storeKey: string, absolute: boolean): string | undefined {
  if (absolute) return `/${storeKey}`;
  return storeKey.startsWith(home) ? storeKey.slice(home.length) : undefined;
}
