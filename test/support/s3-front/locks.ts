/**
 * Order among requests, which s3rver does not keep by itself: one at a time for a key, and none beside a delete (its
 * clean-up of empty folders pulls them away from under a write). First come, first served.
 */
export interface Locks {
  forKey<T>(key: string, work: () => Promise<T>): Promise<T>;
  forAll<T>(work: () => Promise<T>): Promise<T>;
}

export function createLocks(): Locks {
  const waiting: { readonly exclusive: boolean; readonly grant: () => void }[] = [];
  const tails = new Map<string, Promise<unknown>>();
  let sharers = 0;
  let exclusive = false;

  const free = (wantsAll: boolean) => !exclusive && (!wantsAll || sharers === 0);
  const pump = () => {
    for (let next = waiting[0]; next !== undefined && free(next.exclusive); next = waiting[0]) {
      waiting.shift();
      if (next.exclusive) exclusive = true;
      else sharers += 1;
      next.grant();
    }
  };
  const acquire = (wantsAll: boolean) =>
    new Promise<void>((grant) => {
      waiting.push({ exclusive: wantsAll, grant });
      pump();
    });

  return {
    async forKey(key, work) {
      await acquire(false);
      const before = tails.get(key) ?? Promise.resolve();
      const turn = before.then(work, work);
      tails.set(key, turn);
      try {
        return await turn;
      } finally {
        if (tails.get(key) === turn) tails.delete(key);
        sharers -= 1;
        pump();
      }
    },
    async forAll(work) {
      await acquire(true);
      try {
        return await work();
      } finally {
        exclusive = false;
        pump();
      }
    },
  };
}
