import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { FileSource } from './bbolt/source.ts';

/** A file for what does not fit into memory. It has no name from the beginning on, so that nothing is left of it whatever happens. */
export interface ScratchFile {
  /** Where it begins. */
  append(bytes: Uint8Array): number;
  /** What was appended so far. */
  source(): FileSource;
  close(): void;
}

const bufferBytes = 1024 * 1024;

export function openScratchFile(folder: string): ScratchFile {
  const path = join(folder, `.t4-scratch-${randomBytes(8).toString('hex')}`);
  const file = openSync(path, 'wx+', 0o600);
  rmSync(path);
  const buffer = Buffer.allocUnsafe(bufferBytes);
  let buffered = 0;
  let written = 0;

  function flush(): void {
    writeAll(file, buffer.subarray(0, buffered), written);
    written += buffered;
    buffered = 0;
  }

  return {
    append(bytes) {
      const offset = written + buffered;
      if (buffered + bytes.length > bufferBytes) flush();
      if (bytes.length > bufferBytes) {
        writeAll(file, bytes, written);
        written += bytes.length;
      } else {
        buffer.set(bytes, buffered);
        buffered += bytes.length;
      }
      return offset;
    },
    source() {
      flush();
      return sourceOf(file, written);
    },
    close: () => closeSync(file),
  };
}

function writeAll(file: number, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done, offset + done);
  }
}

export interface OpenedFile {
  readonly source: FileSource;
  close(): void;
}

export function openFileSource(path: string): OpenedFile {
  const file = openSync(path, 'r');
  return { source: sourceOf(file, fstatSync(file).size), close: () => closeSync(file) };
}

function sourceOf(file: number, bytes: number): FileSource {
  return {
    bytes,
    read(offset, length) {
      const piece = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const read = readSync(file, piece, done, length - done, offset + done);
        if (read === 0) throw new Error(`the file ends before byte ${offset + length}`);
        done += read;
      }
      return piece;
    },
  };
}
