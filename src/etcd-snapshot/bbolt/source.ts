/** A file that is read in pieces, at any place; what is read stays as it is. */
export interface FileSource {
  readonly bytes: number;
  /** All of them, in memory of their own or that never changes; throws when the file does not have them. */
  read(offset: number, length: number): Uint8Array;
}

export function memorySource(content: Uint8Array): FileSource {
  return {
    bytes: content.length,
    read(offset, length) {
      if (offset + length > content.length) throw new Error(`the file ends before byte ${offset + length}`);
      return content.subarray(offset, offset + length);
    },
  };
}
