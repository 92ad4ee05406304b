import { parentPort } from 'node:worker_threads';
import { compareSync, hashSync } from 'bcryptjs';

/** A thread that does bcrypt's work, one job at a time: it takes long on purpose, and the event loop has others to serve. */
export type BcryptJob =
  | { readonly kind: 'hash'; readonly password: string; readonly salt: string }
  | { readonly kind: 'compare'; readonly password: string; readonly hash: string };

export type BcryptAnswer = { readonly result: string | boolean } | { readonly error: string };

parentPort?.on('message', (job: BcryptJob) => parentPort?.postMessage(answerOf(job)));

function answerOf(job: BcryptJob): BcryptAnswer {
  try {
    if (job.kind === 'hash') return { result: hashSync(job.password, job.salt) };
    // Constant in time where it compares, and cut at bcrypt's 72 bytes, as Go's is.
    return { result: compareSync(job.password, job.hash) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
