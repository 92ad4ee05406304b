import type { SealedFrame } from './seal.ts';

/**
 * Which file of the local log a frame goes to, and which files nobody needs any more: those whose frames are all in slots. A file
 * is named after its first sequence, 20 digits, so that names sort as the log does.
 */
export interface LocalLogFiles {
  /** The file to append this frame to. */
  fileFor(frame: SealedFrame): string;
  /** Files whose frames all have sequences up to `sequence`; they are forgotten here, the caller removes them. */
  released(sequence: number): readonly string[];
}

const fileBytesMax = 16 * 1024 * 1024;

export function localLogFileName(firstSequence: number): string {
  return `${String(firstSequence).padStart(20, '0')}.log`;
}

export function createLocalLogFiles(): LocalLogFiles {
  const files: { readonly name: string; lastSequence: number; bytes: number }[] = [];
  return {
    fileFor(frame) {
      let current = files.at(-1);
      if (current === undefined || current.bytes >= fileBytesMax) {
        current = { name: localLogFileName(frame.firstSequence), lastSequence: 0, bytes: 0 };
        files.push(current);
      }
      current.bytes += frame.bytes.length;
      current.lastSequence = frame.firstSequence + frame.admitted.length - 1;
      return current.name;
    },
    released(sequence) {
      const names: string[] = [];
      while (files.length > 0 && files[0]!.lastSequence <= sequence) {
        const full = files[0]!.bytes >= fileBytesMax;
        if (files.length === 1 && !full) break;
        names.push(files.shift()!.name);
      }
      return names;
    },
  };
}
