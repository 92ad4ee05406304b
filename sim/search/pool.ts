import { Worker } from 'node:worker_threads';
import { ScenarioError } from '../scenario-error.ts';
import type { Job, JobAnswer } from './job.ts';
import type { PlantedMutant } from './mutant-hook.ts';
import type { WorkerSettings } from './worker.ts';

/**
 * Workers that answer jobs, one at a time each. A worker that breaks takes the pool with it: its bug is ours. A job that is given up takes
 * its worker with it, and another one comes in its place.
 */
export interface Pool {
  readonly workers: number;
  ask<Kind extends Job['kind']>(
    job: Extract<Job, { readonly kind: Kind }>,
    giveUp?: AbortSignal,
  ): Promise<Extract<JobAnswer, { readonly kind: Kind }>>;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly workers: number;
  readonly subjectUrl: string;
  readonly mutant?: PlantedMutant | undefined;
}

export class JobGivenUpError extends Error {
  override readonly name = 'JobGivenUpError';
}

interface Waiting {
  readonly job: Job;
  resolve(answer: JobAnswer): void;
  reject(error: Error): void;
}

export function createPool({ workers, subjectUrl, mutant }: PoolOptions): Pool {
  const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const settings: WorkerSettings = { subjectUrl, mutant };
  const queue: Waiting[] = [];
  const idle: Worker[] = [];
  const busy = new Map<Worker, Waiting>();
  let broken: Error | undefined;

  function start(): Worker {
    const worker = new Worker(new URL(`./worker${ending}`, import.meta.url), { workerData: settings });
    worker.on(
      'message',
      (message: { readonly answer?: JobAnswer; readonly error?: string; readonly isScenarioError?: boolean }) => {
        const waiting = busy.get(worker);
        busy.delete(worker);
        idle.push(worker);
        if (message.answer !== undefined) waiting?.resolve(message.answer);
        else if (message.isScenarioError === true) waiting?.reject(new ScenarioError(message.error));
        else waiting?.reject(new Error(message.error));
        dispatch();
      },
    );
    worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
    return worker;
  }

  function fail(error: Error): void {
    broken = error;
    for (const waiting of [...busy.values(), ...queue.splice(0)]) waiting.reject(error);
    busy.clear();
  }

  function dispatch(): void {
    while (queue.length > 0 && idle.length > 0) {
      const worker = idle.pop()!;
      const waiting = queue.shift()!;
      busy.set(worker, waiting);
      worker.postMessage(waiting.job);
    }
  }

  function giveUpJob(waiting: Waiting): void {
    const queued = queue.indexOf(waiting);
    if (queued >= 0) queue.splice(queued, 1);
    for (const [worker, { job }] of busy) {
      if (job !== waiting.job) continue;
      busy.delete(worker);
      all.delete(worker);
      closing.push(worker.terminate());
      const next = start();
      all.add(next);
      idle.push(next);
    }
    waiting.reject(new JobGivenUpError('given up'));
    dispatch();
  }

  const closing: Promise<unknown>[] = [];
  const all = new Set(Array.from({ length: workers }, start));
  idle.push(...all);

  return {
    workers,
    ask<Kind extends Job['kind']>(job: Extract<Job, { readonly kind: Kind }>, giveUp?: AbortSignal) {
      return new Promise<Extract<JobAnswer, { readonly kind: Kind }>>((resolve, reject) => {
        if (broken !== undefined) {
          reject(broken);
          return;
        }
        if (giveUp?.aborted === true) {
          reject(new JobGivenUpError('given up'));
          return;
        }
        const onAbort = (): void => giveUpJob(waiting);
        const waiting: Waiting = {
          job,
          resolve(answer) {
            giveUp?.removeEventListener('abort', onAbort);
            resolve(answer as Extract<JobAnswer, { kind: Kind }>);
          },
          reject(error) {
            giveUp?.removeEventListener('abort', onAbort);
            reject(error);
          },
        };
        giveUp?.addEventListener('abort', onAbort);
        queue.push(waiting);
        dispatch();
      });
    },
    async close() {
      await Promise.all([...closing, ...[...all].map((worker) => worker.terminate())]);
    },
  };
}
