import { log, type Core } from '../core.ts';
import type { ChunkReference } from '../types/log.ts';

type LoadedPart = Pick<ChunkReference, 'bytes' | 'keysBytes'>;

export interface LoadProgress {
  loaded(references: readonly LoadedPart[]): void;
}

const reportEveryMs = 1_000;

/** Shows how far a checkpoint has been loaded: now and then, and at the end. */
export function createLoadProgress(
  core: Core,
  what: 'keys' | 'values',
  checkpoint: string,
  references: readonly LoadedPart[],
): LoadProgress {
  const sumOf = (some: readonly LoadedPart[]) =>
    some.reduce((sum, { bytes, keysBytes }) => sum + (what === 'keys' ? keysBytes : bytes), 0);
  const bytesTotal = sumOf(references);
  let chunks = 0;
  let bytes = 0;
  let reportedMs = core.at.monotonicMs;
  return {
    loaded(some) {
      chunks += some.length;
      bytes += sumOf(some);
      const ended = chunks === references.length;
      if (!ended && core.at.monotonicMs - reportedMs < reportEveryMs) return;
      reportedMs = core.at.monotonicMs;
      log(core, 'info', `loading ${what} of the checkpoint`, {
        checkpoint,
        chunks,
        of: references.length,
        bytes,
        ofBytes: bytesTotal,
      });
    },
  };
}
