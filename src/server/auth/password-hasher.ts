import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { clientErrors } from '../../core/types/error.ts';
import { DatabaseError } from '../../host/database.ts';
import type { BcryptAnswer, BcryptJob } from './bcrypt-worker.ts';
import { createFairQueue } from './fair-queue.ts';
import { networkOf } from './network.ts';
import { costOf, newSalt, passwordBytesMax, unmatchableHash } from './password.ts';

/**
 * Hashes passwords and checks them, off the event loop.
 *
 * - A few threads at most, made when they are first needed. Who comes when they are busy waits, in turn with those who wait at other
 *   addresses; when too many wait, the answer is etcd's "too many requests".
 * - Who gives up waiting costs nothing. A job that has begun is done.
 */
export interface PasswordHasher {
  /** As Go would write it, for a client at `address`. Rejects with a `DatabaseError`. */
  hash(password: string, address: string, signal: AbortSignal): Promise<string>;
  /** `hash` undefined: there is no such user, and the work is done all the same. Never true then. */
  matches(password: string, hash: string | undefined, address: string, signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

/** Minutes of work for each login: such a hash comes from somebody who means no good, or nobody thought. */
const checkedCostMax = 18;

const jobsWaitingMax = 256;
/** From one address. */
const jobsWaitingMaxOfOne = 128;
const threadsMax = 4;

const stopped = clientErrors.stopped.message;

interface Waiting {
  readonly job: BcryptJob;
  readonly settle: (answer: BcryptAnswer) => void;
}

interface Thread {
  readonly worker: Worker;
  /** What it works on. */
  current: Waiting | undefined;
}

export function createPasswordHasher(cost: number): PasswordHasher {
  const queue = createFairQueue<Waiting>(jobsWaitingMax, jobsWaitingMaxOfOne);
  const threads = new Set<Thread>();
  const nobody = unmatchableHash(cost);
  let closed = false;

  function work(): void {
    const idle = [...threads].find(({ current }) => current === undefined);
    if (closed || (idle === undefined && threads.size >= threadsAllowed())) return;
    const next = queue.take();
    if (next === undefined) return;
    const thread = idle ?? startThread();
    thread.current = next;
    thread.worker.postMessage(next.job);
  }

  function startThread(): Thread {
    const worker = new Worker(workerUrl());
    worker.unref();
    const thread: Thread = { worker, current: undefined };
    threads.add(thread);
    const answer = (given: BcryptAnswer) => {
      const { current } = thread;
      thread.current = undefined;
      current?.settle(given);
      work();
    };
    const end = (reason: string) => {
      threads.delete(thread);
      answer({ error: reason });
    };
    worker.on('message', answer);
    worker.on('error', (error) => end(`the thread for passwords failed: ${String(error)}`));
    worker.on('exit', () => end(closed ? stopped : 'the thread for passwords has ended'));
    return thread;
  }

  function run(job: BcryptJob, address: string, signal: AbortSignal): Promise<string | boolean> {
    const from = networkOf(address);
    if (closed) return Promise.reject(new DatabaseError(clientErrors.stopped));
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        queue.remove(from, waiting);
        reject(new DatabaseError(clientErrors.requestCanceled));
      };
      const waiting: Waiting = {
        job,
        settle: (answer) => {
          signal.removeEventListener('abort', onAbort);
          if ('result' in answer) resolve(answer.result);
          else reject(answer.error === stopped ? new DatabaseError(clientErrors.stopped) : new Error(answer.error));
        },
      };
      if (signal.aborted) return onAbort();
      if (!queue.add(from, waiting)) return reject(new DatabaseError(clientErrors.tooManyRequests));
      signal.addEventListener('abort', onAbort, { once: true });
      work();
    });
  }

  return {
    hash: async (password, address, signal) => {
      if (Buffer.byteLength(password) > passwordBytesMax) throw new DatabaseError(passwordTooLong);
      return (await run({ kind: 'hash', password, salt: newSalt(cost) }, address, signal)) as string;
    },
    matches: async (password, hash, address, signal) => {
      const costGiven = hash === undefined ? undefined : costOf(hash);
      const isCheckable = costGiven !== undefined && costGiven <= Math.max(checkedCostMax, cost);
      const job = { kind: 'compare', password, hash: isCheckable ? hash! : nobody } as const;
      return (await run(job, address, signal)) === true && isCheckable;
    },
    close: async () => {
      closed = true;
      for (let waiting = queue.take(); waiting !== undefined; waiting = queue.take())
        waiting.settle({ error: stopped });
      await Promise.all([...threads].map(({ worker }) => worker.terminate()));
    },
  };
}

/** In Go's words; etcd passes them on as they are. */
const passwordTooLong = {
  status: 'Unknown',
  message: `bcrypt: password length exceeds ${passwordBytesMax} bytes`,
} as const;

/** One core is left to the event loop. */
function threadsAllowed(): number {
  return Math.max(1, Math.min(threadsMax, availableParallelism() - 1));
}

/** Beside this file, and compiled if this one is. */
function workerUrl(): URL {
  const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return new URL(`./bcrypt-worker${ending}`, import.meta.url);
}
