import type { ObjectStore } from '../../src/ports/object-store.ts';

/** Whoever uses it dies when it would write or delete for the `last + 1`st time. */
export function dyingAfter(store: ObjectStore, last: number) {
  let changes = 0;
  const permanent = { code: 'Dead', message: 'it died', permanent: true };
  const dies = (): boolean => ++changes > last;
  const dying: ObjectStore = {
    ...store,
    put: async (key, body, condition) =>
      dies() ? { kind: 'refused', problem: permanent } : store.put(key, body, condition),
    deleteMany: async (keys) =>
      dies() ? { kind: 'failed', problem: permanent, failed: keys } : store.deleteMany(keys),
  };
  return { dying, died: () => changes > last };
}
