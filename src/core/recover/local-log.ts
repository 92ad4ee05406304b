import { log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { describeDamage } from '../format/damage.ts';
import type { DecodedFrame } from '../format/frame.ts';
import { readLocalLog } from '../format/local-log.ts';
import { call, type Task } from '../task.ts';
import type { LogPosition } from '../types/log.ts';
import { frameBreak } from './verify.ts';

/**
 * What the local log alone holds: frames acknowledged from this disk that no slot has. They go on from the end of the log only if the
 * chain proves it; else the whole local log is set aside and reported, and nothing of it is used.
 */
export interface LocalLogFound {
  readonly files: readonly string[];
  /** Frames with sequences beyond what the slots hold, in order. */
  readonly frames: readonly DecodedFrame[];
}

export function* readLocalLogFiles(core: Core): Task<LocalLogFound> {
  const listed = yield* call({ kind: 'disk-list' });
  if (listed.kind === 'local-failed') throw new NodeFailure(`the local log cannot be listed: ${listed.message}`);
  const frames: DecodedFrame[] = [];
  for (const [index, file] of listed.files.entries()) {
    const read = yield* call({ kind: 'disk-read', file });
    if (read.kind === 'local-failed') throw new NodeFailure(`the local log cannot be read: ${read.message}`);
    const content = readLocalLog(file, read.bytes ?? new Uint8Array(0), core.digest);
    frames.push(...content.frames);
    if (content.end.kind === 'clean') continue;
    const last = index === listed.files.length - 1;
    if (content.end.kind === 'damaged' || !last) {
      throw new NodeFailure(
        `the local log is damaged: ${describeDamage(content.end.damage)}. It may hold acknowledged writes that are nowhere else: restore the file, ` +
          'or move the data folder away and start once with --accept-local-loss',
      );
    }
    log(core, 'warn', 'the local log ends in a torn frame, which was never acknowledged', {
      file,
      bytes: content.end.goodBytes,
    });
  }
  return { files: listed.files, frames };
}

/** The frames that continue the log's end; undefined when the chain disagrees. */
export function framesBeyond(
  position: LogPosition,
  frames: readonly DecodedFrame[],
): readonly DecodedFrame[] | undefined {
  const beyond = frames.filter(({ frame }) => frame.firstSequence > position.sequence);
  let end: Pick<LogPosition, 'frameHash' | 'sequence'> = position;
  for (const { frame, hash } of beyond) {
    if (frameBreak(end, frame) !== undefined) return undefined;
    end = { sequence: frame.firstSequence + frame.records.length - 1, frameHash: hash };
  }
  return beyond;
}

export function* setLocalLogAside(core: Core, files: readonly string[], why: string): Task<void> {
  for (const file of files) {
    const moved = yield* call({ kind: 'disk-set-aside', file });
    if (moved.kind === 'local-failed') throw new NodeFailure(`the local log cannot be set aside: ${moved.message}`);
    log(core, 'error', 'local log set aside: its records are not part of this database', { why, path: moved.path });
  }
}
