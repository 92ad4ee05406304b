import { log, type Core } from '../core.ts';

/** What a checkpoint has come to; shown while it is written, if that takes longer. */
export interface Progress {
  chunksWritten: number;
  chunksReused: number;
  pagesWritten: number;
  bytesUploaded: number;
  /** About so many chunks it will have. */
  readonly chunksExpected: number;
  report(): void;
  /** At the end. */
  written(revision: number): void;
}

const reportEveryMs = 2_000;

export function createProgress(core: Core, slot: number, chunksExpected: number): Progress {
  const beganMs = core.at.monotonicMs;
  let reportedMs = beganMs;
  const progress: Progress = {
    chunksWritten: 0,
    chunksReused: 0,
    pagesWritten: 0,
    bytesUploaded: 0,
    chunksExpected,
    report() {
      if (core.at.monotonicMs - reportedMs < reportEveryMs) return;
      reportedMs = core.at.monotonicMs;
      const { chunksWritten, chunksReused, bytesUploaded } = progress;
      const chunks = chunksWritten + chunksReused;
      log(core, 'info', 'writing checkpoint', {
        slot,
        chunks,
        of: Math.max(chunks, chunksExpected),
        reused: chunksReused,
        uploadedBytes: bytesUploaded,
      });
    },
    written(revision) {
      const { chunksWritten, chunksReused, pagesWritten, bytesUploaded } = progress;
      log(core, 'info', 'checkpoint written', {
        slot,
        revision,
        chunks: chunksWritten,
        reused: chunksReused,
        pages: pagesWritten,
        uploadedBytes: bytesUploaded,
        milliseconds: Math.round(core.at.monotonicMs - beganMs),
      });
    },
  };
  return progress;
}
