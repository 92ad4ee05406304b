import { log, type Core } from '../core.ts';
import type { ObjectReference } from '../types/log.ts';

export interface LoadProgress {
  loaded(references: readonly ObjectReference[]): void;
}

const reportEveryMs = 1_000;

/** Shows how far a checkpoint has been loaded: now and then, and at the end. */
export function createLoadProgress(
  core: Core,
  checkpoint: string,
  references: readonly ObjectReference[],
): LoadProgress {
  const bytesTotal = sumOfBytes(references);
  let chunks = 0;
  let bytes = 0;
  let reportedMs = core.at.monotonicMs;
  return {
    loaded(some) {
      chunks += some.length;
      bytes += sumOfBytes(some);
      const ended = chunks === references.length;
      if (!ended && core.at.monotonicMs - reportedMs < reportEveryMs) return;
      reportedMs = core.at.monotonicMs;
      log(core, 'info', 'loading checkpoint', {
        checkpoint,
        chunks,
        of: references.length,
        bytes,
        ofBytes: bytesTotal,
      });
    },
  };
}

function sumOfBytes(references: readonly ObjectReference[]): number {
  return references.reduce((sum, { bytes }) => sum + bytes, 0);
}
