import { log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { call, type Task } from '../task.ts';

/** The local log's files on the disk. */

export function* appendFrame(file: string, bytes: Uint8Array): Task<void> {
  const result = yield* call({ kind: 'disk-append', file, bytes, durability: 'fsync' });
  if (result.kind !== 'local-failed') return;
  throw new NodeFailure(
    `the local log cannot be written (${result.message}). Nothing of it was acknowledged; start again when the disk is sound`,
  );
}

export function* removeFile(core: Core, file: string): Task<void> {
  const result = yield* call({ kind: 'disk-remove', file, durability: 'none' });
  if (result.kind === 'local-failed') log(core, 'warn', 'local log file not removed', { file, reason: result.message });
}
