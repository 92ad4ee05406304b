/**
 * Waiting jobs, taken in turn from each of those who wait, so that whoever asks most waits longest. Bounded, and no one may fill it alone.
 */
export interface FairQueue<Job> {
  /** False: there is no room for it. */
  add(from: string, job: Job): boolean;
  take(): Job | undefined;
  /** No answer is wanted any more. */
  remove(from: string, job: Job): void;
}

export function createFairQueue<Job>(jobsMax: number, jobsMaxOfOne: number): FairQueue<Job> {
  // In the order of their turns.
  const waiting = new Map<string, Job[]>();
  let jobs = 0;
  return {
    add: (from, job) => {
      const own = waiting.get(from) ?? [];
      if (jobs >= jobsMax || own.length >= jobsMaxOfOne) return false;
      own.push(job);
      waiting.set(from, own);
      jobs += 1;
      return true;
    },
    take: () => {
      const [next] = waiting;
      if (next === undefined) return undefined;
      const [from, own] = next;
      const job = own.shift();
      jobs -= 1;
      waiting.delete(from);
      if (own.length > 0) waiting.set(from, own);
      return job;
    },
    remove: (from, job) => {
      const own = waiting.get(from) ?? [];
      const index = own.indexOf(job);
      if (index < 0) return;
      own.splice(index, 1);
      jobs -= 1;
      if (own.length === 0) waiting.delete(from);
    },
  };
}
